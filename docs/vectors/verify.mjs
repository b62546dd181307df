// Checks every vector in this folder with Node alone: node docs/vectors/verify.mjs
// It is written from docs/protocol.md, and shares no code with the hub.
import crypto from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Payload, accepted, fresh, headerOf, opening, ordered, prove, sha256, told } from './checks.mjs'
import { Refused, pae, verify } from './signed.mjs'
import { keyOf, searchKey, secretOf } from './search.mjs'
import { readStatus } from './status.mjs'
import { Signed, read, write } from './wire.mjs'

const load = name => JSON.parse(readFileSync(new URL(name, import.meta.url)))
const hex = text => Buffer.from(text, 'hex')
const keys = load('keys.json')
const roots = [new crypto.X509Certificate(keys.root_pem)]
const signedIn = text => read(Signed, hex(text))

/** A receiver that has not seen the message before. */
function receive ({ header, stamp, chunks, hub_oin: hub, receiver_oin: me, at }) {
  const now = new Date(at)
  const opened = opening({ header: signedIn(header), stamp: signedIn(stamp) }, { hub, me, roots, now })
  fresh(opened.header, now)
  const payload = new Payload(opened.header)
  if (!chunks.map(hex).some(chunk => payload.take(chunk))) throw new Refused('SIZE_MISMATCH')
}

/** A sender that looks at the receipts of what it sent; without `created` anyone else. */
function hold ({ hub_receipt: hub, receiver_receipt: receiver, hub_oin: hubOin, expected, created, now }) {
  const bytes = Object.fromEntries(Object.entries(expected).map(([name, value]) =>
    [name, /digest|sha256/.test(name) ? hex(value) : value]))
  prove({
    hub: signedIn(hub),
    receiver: signedIn(receiver),
    hubOin,
    expected: bytes,
    created: created ? Date.parse(created) : undefined,
    now: new Date(now),
    roots
  })
}

/** Each part was signed as its PAE says, and the receipts prove the delivery of this very stamp. */
function exchange (one) {
  for (const part of [one.header, one.stamp, one.receiver_receipt, one.hub_receipt]) {
    const { payload } = verify(signedIn(part.signed), part.payload_type, roots, new Date(one.at))
    if (payload.toString('hex') !== part.payload) throw new Error('another payload')
    if (pae(part.payload_type, payload).toString('hex') !== part.pae) throw new Error('another PAE')
    if (write(Signed, signedIn(part.signed)).toString('hex') !== part.signed) throw new Error('written otherwise')
  }
  const receiver = prove({
    hub: signedIn(one.hub_receipt.signed),
    receiver: signedIn(one.receiver_receipt.signed),
    hubOin: one.hub_receipt.reads.hub_oin,
    expected: {
      header_digest: sha256(hex(one.header.payload)),
      payload_size: Number(one.header.reads.payload_size),
      payload_sha256: sha256(hex(one.dossier))
    },
    created: headerOf(hex(one.header.payload)).created,
    now: new Date(Date.parse(one.at) + 60_000),
    roots
  })
  if (!receiver.stamp_digest.equals(sha256(hex(one.stamp.payload)))) throw new Error('another stamp')
}

/** The private key in keys.json makes what the public one in the certificate verifies. */
function signsWith ({ private_key_pem: pem, chain: [leaf] }) {
  const certificate = new crypto.X509Certificate(hex(leaf))
  if (!certificate.checkPrivateKey(crypto.createPrivateKey(pem))) throw new Error('another key')
}

/** Both sides make the same secret, and of a number the same search key. */
function session ({ session_id: id, source, requester, secret, number, search_key: key }) {
  for (const [mine, theirs] of [[source, requester], [requester, source]]) {
    const own = hex(mine.private_key)
    const made = secretOf({ own, other: hex(theirs.public_key), session: id, source, requester })
    if (made.toString('hex') !== secret) throw new Error('another secret')
    if (searchKey(made, number).toString('hex') !== key) throw new Error('another search key')
  }
}

let failed = 0
let passed = 0
function check (file, { name = '', reason = '', field = '', cause = '' }, work) {
  let found = { reason: '', field: '', cause: '' }
  try {
    work()
  } catch (error) {
    if (!(error instanceof Refused)) found.reason = `${error}`
    else found = { reason: error.reason, field: error.field, cause: error.why }
  }
  const right = found.reason === reason && (!field || found.field === field) && (!cause || found.cause === cause)
  right ? passed++ : failed++
  if (!right) console.error(`${file} ${name}: ${reason || 'yes'} was expected, and it is`, found)
}

for (const [name, keyed] of Object.entries(keys.identities)) check('keys', { name }, () => signsWith(keyed))
for (const one of load('pae.json')) {
  check('pae', {}, () => {
    if (pae(one.payload_type, hex(one.payload)).toString('hex') !== one.pae) throw new Error('another PAE')
  })
}
for (const one of load('signatures.json')) {
  check('signatures', one, () => {
    const { signer } = verify(signedIn(one.signed), one.expected_type, roots, new Date(one.at))
    if (signer !== one.signer_oin) throw new Error('another signer')
  })
}
for (const one of load('exchanges.json')) check('exchanges', one, () => exchange(one))
for (const one of load('deliveries.json')) check('deliveries', one, () => receive(one))
for (const one of load('statuses.json')) {
  check('statuses', { name: one.name }, () => {
    const said = readStatus(hex(one.status))
    if (JSON.stringify(said) !== JSON.stringify(one.reads)) throw new Error(JSON.stringify(said))
  })
}
for (const one of load('receipts.json')) check('receipts', one, () => hold(one))
for (const one of load('acceptances.json')) {
  check('acceptances', one, () => {
    accepted({ signed: signedIn(one.signed), hubOin: one.hub_oin, now: new Date(one.now), roots })
  })
}
for (const one of load('outcomes.json')) {
  check('outcomes', one, () => told({ signed: signedIn(one.signed), now: new Date(one.now), roots }))
}
for (const one of load('orders.json')) {
  check('orders', one, () => {
    ordered({ signed: signedIn(one.signed), hubOin: one.hub_oin, me: one.source_oin, now: new Date(one.now), roots })
  })
}
for (const one of load('system_keys.json')) {
  check('system_keys', one, () => {
    keyOf({ signed: signedIn(one.signed), owner: one.owner_oin, hubOin: one.hub_oin, now: new Date(one.now), roots })
  })
}
for (const one of load('search_keys.json')) check('search_keys', one, () => session(one))
console.log(`${passed} vectors hold, ${failed} do not`)
process.exitCode = failed ? 1 : 0
