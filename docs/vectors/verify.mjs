// Checks every vector in this folder with Node alone: node docs/vectors/verify.mjs
// It is written from docs/protocol.md, and shares no code with the hub.
import crypto from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Refused, pae, verify } from './signed.mjs'
import { EnvelopeContext, EnvelopeHeader, HubReceipt, ReceiverReceipt, RouteStamp, Signed, read } from './wire.mjs'

const load = name => JSON.parse(readFileSync(new URL(name, import.meta.url)))
const hex = text => Buffer.from(text, 'hex')
const sha256 = bytes => crypto.createHash('sha256').update(bytes).digest()
const same = (one, other) => Buffer.isBuffer(one) ? one.equals(Buffer.from(other)) : one === other
const type = name => `application/vnd.wissel.${name}.v1+protobuf`
const [HEADER, STAMP, RECEIVER, HUB] = ['envelope-header', 'route-stamp', 'receiver-receipt', 'hub-receipt'].map(type)
const TOLERANCE = 5 * 60 * 1000
const DAY = 24 * 3600 * 1000
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const OIN = /^000000[0-9]{2}[0-9A-Z]{12}$/

const keys = load('keys.json')
const roots = [new crypto.X509Certificate(keys.root_pem)]
const signedIn = text => read(Signed, hex(text))

/** Runs `work`; a Refused of it, and any other error, becomes this reason. */
function as (reason, work) {
  try {
    return work()
  } catch (error) {
    if (error instanceof Refused && error.reason === reason) throw error
    throw new Refused(reason, { cause: error.reason, field: error.field })
  }
}

const strictly = (shape, bytes) => as('HEADER_MALFORMED', () => read(shape, bytes))
const invalid = field => { throw new Refused('FIELD_INVALID', { field }) }
const required = field => { throw new Refused('FIELD_REQUIRED', { field }) }
const malformed = field => { throw new Refused('IDENTIFIER_MALFORMED', { field }) }
const oin = (value, field) => value ? OIN.test(value) || malformed(field) : required(field)
const uuid = (value, field) => value ? UUID.test(value) || malformed(field) : required(field)
const choice = (value, all, field) => all.includes(value) || (value ? invalid(field) : required(field))
const digest = (value, field) => value.length === 32 || invalid(field)

/** Milliseconds since 1970. */
function time ({ seconds, nanos }, field) {
  if (!seconds && !nanos) required(field)
  if (seconds < 0 || seconds > 253_370_764_799 || nanos < 0 || nanos > 999_999_999) invalid(field)
  return seconds * 1000 + nanos / 1e6
}

function address (value, name) {
  const { brin, swv, vestiging } = value
  if (!brin && !swv) required(name)
  if (brin && !/^[0-9]{2}[A-Z]{2}$/.test(brin)) malformed(`${name}.brin`)
  if (swv && !/^(PO|VO)[0-9]{4}$/.test(swv)) malformed(`${name}.swv`)
  const number = vestiging.startsWith(brin) ? vestiging.slice(brin.length) : vestiging
  if (vestiging && !brin) invalid(`${name}.vestiging`)
  if (vestiging && !/^[0-9]{2}$/.test(number)) malformed(`${name}.vestiging`)
  if (value.routing_key && !OIN.test(value.routing_key)) malformed(`${name}.routing_key`)
}

/** The header in verified bytes, each field as docs/protocol.md says. */
function headerOf (bytes) {
  const header = strictly(EnvelopeHeader, bytes)
  if (header.payload_size < 1) invalid('payload_size')
  const said = header.context = strictly(EnvelopeContext, header.context)
  header.created = time(said.created_time, 'created_time')
  header.expires = time(said.expire_time, 'expire_time')
  choice(said.content_encoding, ['NONE'], 'content_encoding')
  uuid(said.message_id, 'message_id')
  const life = header.expires - header.created
  if (life <= 0 || life > 30 * DAY) invalid('expire_time')
  oin(said.hub_oin, 'hub_oin')
  oin(said.sender_oin, 'sender_oin')
  if (said.sender.aanleverpunt) invalid('sender.aanleverpunt')
  address(said.sender, 'sender')
  address(said.receiver, 'receiver')
  choice(said.overdrachtsoort, ['overstapdossier', 'overdrachtbinnenbrin', 'swv-dossier'], 'overdrachtsoort')
  choice(said.content_type, ['application/xml', 'application/zip', 'application/octet-stream'], 'content_type')
  if (!said.initiator) required('initiator')
  if (!/^[A-Za-z0-9_-]{8,64}$/.test(said.initiator) || /(?<![A-Za-z0-9])[0-9](?:[_-]*[0-9]){8}(?![A-Za-z0-9])/.test(said.initiator)) invalid('initiator')
  if (said.attestation.inzage_date && !said.attestation.inzage) invalid('attestation.inzage_date')
  choice(said.attestation.toestemming || 'Ja', ['Ja', 'Nee', 'Onbekend'], 'attestation.toestemming')
  digest(header.payload_sha256, 'payload_sha256')
  return header
}

function stampOf (bytes) {
  return as('STAMP_INVALID', () => {
    const stamp = read(RouteStamp, bytes)
    for (const field of ['hub_oin', 'sender_oin', 'receiver_oin']) oin(stamp[field], field)
    uuid(stamp.message_id, 'message_id')
    digest(stamp.header_digest, 'header_digest')
    stamp.issued = time(stamp.issued_time, 'issued_time')
    stamp.expires = time(stamp.expire_time, 'expire_time')
    return stamp
  })
}

/** What a receiver does, in its order: docs/protocol.md, "Receiving". */
function receive ({ header, stamp, chunks, hub_oin: hub, receiver_oin: me, at }) {
  const now = new Date(at)
  const stamped = verify(signedIn(stamp), STAMP, roots, now)
  const order = stampOf(stamped.payload)
  if (stamped.signer !== hub || order.hub_oin !== hub) throw new Refused('STAMP_INVALID')
  if (order.receiver_oin !== me) throw new Refused('STAMP_NOT_MINE')
  if (now < order.issued - TOLERANCE || now >= order.expires + TOLERANCE) throw new Refused('STAMP_INVALID')
  const signed = verify(signedIn(header), HEADER, roots, now)
  const { context, created, expires, payload_size: size, payload_sha256: expected } = headerOf(signed.payload)
  const meant = same(order.header_digest, sha256(signed.payload)) &&
    order.message_id === context.message_id && order.sender_oin === context.sender_oin
  if (!meant) throw new Refused('STAMP_NOT_MINE')
  if (signed.signer !== context.sender_oin) throw new Refused('SIGNER_MISMATCH')
  if (context.hub_oin !== hub) throw new Refused('WRONG_HUB')
  if (created > +now + TOLERANCE) throw new Refused('ENVELOPE_FROM_FUTURE')
  if (expires <= +now - TOLERANCE) throw new Refused('ENVELOPE_EXPIRED')
  let count = 0
  const hash = crypto.createHash('sha256')
  for (const chunk of chunks.map(hex)) {
    if (chunk.length < 1 || chunk.length > 1024 * 1024) throw new Refused('CHUNK_INVALID')
    count += chunk.length
    if (count > size) throw new Refused('SIZE_MISMATCH')
    hash.update(chunk)
  }
  if (count !== size) throw new Refused('SIZE_MISMATCH')
  if (!hash.digest().equals(expected)) throw new Refused('DIGEST_MISMATCH')
}

/** Both receipts prove the expected exchange: docs/protocol.md, "Receipts". */
function prove ({ hub_receipt: second, receiver_receipt: first, hub_oin: hubOin, expected }) {
  return as('RECEIPT_INVALID', () => {
    const differs = receipt => Object.entries(expected).some(([name, value]) =>
      !same(receipt[name], Buffer.isBuffer(receipt[name]) ? hex(value) : value))
    const demand = right => { if (!right) throw new Refused('RECEIPT_INVALID') }
    const delivered = time(read(HubReceipt, signedIn(second).payload).delivered_time, 'delivered_time')
    const byHub = verify(signedIn(second), HUB, roots, new Date(delivered))
    const hub = read(HubReceipt, byHub.payload)
    demand(hub.role === 'HUB')
    demand(byHub.signer === hub.signer_oin && byHub.signer === hub.hub_oin && byHub.signer === hubOin)
    demand(!differs(hub))
    demand(same(hub.receiver_receipt_digest, sha256(signedIn(first).payload)))
    const byReceiver = verify(signedIn(first), RECEIVER, roots, new Date(delivered))
    const receiver = read(ReceiverReceipt, byReceiver.payload)
    demand(receiver.role === 'RECEIVER')
    demand(byReceiver.signer === receiver.signer_oin && byReceiver.signer === hub.receiver_oin)
    demand(!differs(receiver))
    digest(receiver.stamp_digest, 'stamp_digest')
    demand(time(receiver.received_time, 'received_time') <= delivered + TOLERANCE)
    return receiver
  })
}

/** Each part was signed as its PAE says, and the receipts prove the delivery of this very stamp. */
function exchange (one) {
  for (const part of [one.header, one.stamp, one.receiver_receipt, one.hub_receipt]) {
    const { payload } = verify(signedIn(part.signed), part.payload_type, roots, new Date(one.at))
    if (payload.toString('hex') !== part.payload) throw new Error('another payload')
    if (pae(part.payload_type, payload).toString('hex') !== part.pae) throw new Error('another PAE')
  }
  const { reads } = one.header
  const receiver = prove({
    hub_receipt: one.hub_receipt.signed,
    receiver_receipt: one.receiver_receipt.signed,
    hub_oin: one.hub_receipt.reads.hub_oin,
    expected: {
      header_digest: sha256(hex(one.header.payload)),
      payload_size: Number(reads.payload_size),
      payload_sha256: sha256(hex(one.dossier))
    }
  })
  if (!same(receiver.stamp_digest, sha256(hex(one.stamp.payload)))) throw new Error('another stamp')
}

/** The private key in keys.json makes what the public one in the certificate verifies. */
function signsWith ({ private_key_pem: pem, chain: [leaf] }) {
  const certificate = new crypto.X509Certificate(hex(leaf))
  if (!certificate.checkPrivateKey(crypto.createPrivateKey(pem))) throw new Error('another key')
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
for (const one of load('receipts.json')) check('receipts', one, () => prove(one))
console.log(`${passed} vectors hold, ${failed} do not`)
process.exitCode = failed ? 1 : 0
