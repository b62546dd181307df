// The key of a system, and finding a pupil by it: docs/protocol.md, "Search keys".
import crypto from 'node:crypto'
import { as, oin, time, uuid } from './checks.mjs'
import { Refused, verify } from './signed.mjs'
import { SystemKey, read } from './wire.mjs'

export const SYSTEM_KEY = 'application/vnd.wissel.system-key.v1+protobuf'
const DAY = 24 * 3600 * 1000
const SYSTEM = /^[a-z][a-z0-9-]{1,39}$/
const ANY = Buffer.from([...Array(32).keys()])

/** Returns what a vendor says about the key of its system, in a `Signed`, to be used at `now`. */
export function keyOf ({ signed, owner, hubOin, now, roots }) {
  return as('SYSTEM_KEY_INVALID', () => {
    const { signer, payload } = verify(signed, SYSTEM_KEY, roots, now)
    const said = read(SystemKey, payload)
    oin(said.hub_oin, 'hub_oin')
    uuid(said.key_id, 'key_id')
    const start = time(said.start_time, 'start_time')
    const end = time(said.end_time, 'end_time')
    const right = signer === owner && said.hub_oin === hubOin && SYSTEM.test(said.system_id) &&
      end - start >= DAY && end - start <= 400 * DAY && start <= +now && +now < end
    if (!right) throw new Refused('SYSTEM_KEY_INVALID')
    shared(ANY, said.public_key) // throws for a key of low order
    return said
  })
}

/** Returns the secret of a session, as each side makes it of its own private key. */
export function secretOf ({ own, other, session, source, requester }) {
  const texts = [source.system_id, requester.system_id, source.key_id, requester.key_id]
  const info = Buffer.concat([Buffer.from('wissel search-key v1'), ...texts.map(prefixed)])
  const salt = Buffer.from(session.replaceAll('-', ''), 'hex')
  return Buffer.from(crypto.hkdfSync('sha256', shared(own, other), salt, info, 32))
}

/** Returns what stands for a number, such as `bsn:999990019`, in one session. */
export const searchKey = (secret, number) => crypto.createHmac('sha256', secret).update(number).digest()

function prefixed (text) {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])
}

function shared (own, other) {
  if (own.length !== 32 || other.length !== 32) throw new Error('a key has 32 bytes')
  // Node takes raw keys of X25519 in their DER alone.
  const privateKey = crypto.createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), own]), format: 'der', type: 'pkcs8'
  })
  const publicKey = crypto.createPublicKey({
    key: Buffer.concat([Buffer.from('302a300506032b656e032100', 'hex'), other]), format: 'der', type: 'spki'
  })
  const secret = crypto.diffieHellman({ privateKey, publicKey })
  if (secret.every(byte => byte === 0)) throw new Error('a key of low order')
  return secret
}
