// What a receiver and a holder of receipts check: docs/protocol.md, "Receiving" and "Receipts".
import crypto from 'node:crypto'
import { Refused, verify } from './signed.mjs'
import { AgreementAcceptance, DeliveryOutcome, EnvelopeContext, EnvelopeHeader, HubReceipt, ProvideOrder, ReceiverReceipt, RouteStamp, read } from './wire.mjs'

const DOSSIERS = ['overstapdossier', 'overdrachtbinnenbrin', 'swv-dossier']
const type = name => `application/vnd.wissel.${name}.v1+protobuf`
export const [HEADER, STAMP, RECEIVER, HUB, ACCEPTANCE, OUTCOME, ORDER] = [
  'envelope-header', 'route-stamp', 'receiver-receipt', 'hub-receipt', 'agreement-acceptance',
  'delivery-outcome', 'provide-order'
].map(type)
const TOLERANCE = 5 * 60 * 1000
const DAY = 24 * 3600 * 1000
const ASKED = 32 * DAY // for longer no hub asks for a receipt
const MAX_CHUNK = 1024 * 1024
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const OIN = /^000000[0-9]{2}[0-9A-Z]{12}$/

export const sha256 = bytes => crypto.createHash('sha256').update(bytes).digest()
const same = (one, other) => Buffer.isBuffer(one) ? one.equals(Buffer.from(other)) : one === other

/** Runs `work`; a Refused of it, and any other error, becomes this reason. */
export function as (reason, work) {
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
export const oin = (value, field) => value ? OIN.test(value) || malformed(field) : required(field)
const choice = (value, all, field) => all.includes(value) || (value ? invalid(field) : required(field))
const digest = (value, field) => value.length === 32 || invalid(field)

/** The UUID in lower case: either case is the same one. */
export function uuid (value, field) {
  if (!value) required(field)
  return UUID.test(value) ? value.toLowerCase() : malformed(field)
}

/** Milliseconds since 1970. */
export function time ({ seconds, nanos }, field) {
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
export function headerOf (bytes) {
  const header = strictly(EnvelopeHeader, bytes)
  if (header.payload_size < 1) invalid('payload_size')
  const said = header.context = strictly(EnvelopeContext, header.context)
  header.created = time(said.created_time, 'created_time')
  header.expires = time(said.expire_time, 'expire_time')
  choice(said.content_encoding, ['NONE'], 'content_encoding')
  said.message_id = uuid(said.message_id, 'message_id')
  const life = header.expires - header.created
  if (life <= 0 || life > 30 * DAY) invalid('expire_time')
  oin(said.hub_oin, 'hub_oin')
  oin(said.sender_oin, 'sender_oin')
  if (said.session_id) uuid(said.session_id, 'session_id')
  if (said.receiver_oin) oin(said.receiver_oin, 'receiver_oin')
  if (said.sender.aanleverpunt) invalid('sender.aanleverpunt')
  address(said.sender, 'sender')
  address(said.receiver, 'receiver')
  choice(said.overdrachtsoort, [...DOSSIERS, 'terugkoppeling'], 'overdrachtsoort')
  if ((said.overdrachtsoort === 'terugkoppeling') !== Boolean(said.link_key)) throw new Refused('HEADER_MALFORMED')
  if (said.link_key) uuid(said.link_key, 'link_key')
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
    stamp.message_id = uuid(stamp.message_id, 'message_id')
    digest(stamp.header_digest, 'header_digest')
    stamp.issued = time(stamp.issued_time, 'issued_time')
    stamp.expires = time(stamp.expire_time, 'expire_time')
    return stamp
  })
}

/** Returns the verified {header, order, digest, stampDigest} of an opening: steps 2 to 6 of a receiver. */
export function opening ({ header, stamp }, { hub, me, roots, now }) {
  const stamped = as('STAMP_INVALID', () => verify(stamp, STAMP, roots, now))
  const order = stampOf(stamped.payload)
  if (stamped.signer !== hub || order.hub_oin !== hub) throw new Refused('STAMP_INVALID')
  if (order.receiver_oin !== me) throw new Refused('STAMP_NOT_MINE')
  if (now < order.issued - TOLERANCE || now >= order.expires + TOLERANCE) throw new Refused('STAMP_INVALID')
  const signed = verify(header, HEADER, roots, now)
  const read = headerOf(signed.payload)
  const digest = sha256(signed.payload)
  const meant = same(order.header_digest, digest) && order.message_id === read.context.message_id &&
    order.sender_oin === read.context.sender_oin
  if (!meant) throw new Refused('STAMP_INVALID')
  if (signed.signer !== read.context.sender_oin) throw new Refused('SIGNER_MISMATCH')
  if (read.context.hub_oin !== hub) throw new Refused('WRONG_HUB')
  return { header: read, order, digest, stampDigest: sha256(stamped.payload) }
}

/** Throws unless the header is of use now: step 9. */
export function fresh ({ created, expires }, now) {
  if (created > +now + TOLERANCE) throw new Refused('ENVELOPE_FROM_FUTURE')
  if (expires <= +now - TOLERANCE) throw new Refused('ENVELOPE_EXPIRED')
}

/** Counts and hashes the chunks of a payload: steps 10 and 11. Complete means the bytes. */
export class Payload {
  #left
  #expected
  #hash = crypto.createHash('sha256')

  constructor (header) {
    this.#left = header.payload_size
    this.#expected = header.payload_sha256
  }

  /** Returns whether all bytes have come and are right. */
  take (chunk) {
    if (chunk.length < 1 || chunk.length > MAX_CHUNK) throw new Refused('CHUNK_INVALID')
    this.#left -= chunk.length
    if (this.#left < 0) throw new Refused('SIZE_MISMATCH')
    this.#hash.update(chunk)
    if (this.#left) return false
    if (!this.#hash.digest().equals(this.#expected)) throw new Refused('DIGEST_MISMATCH')
    return true
  }
}

/**
 * Returns the receiver's receipt of two `Signed` that prove the expected exchange with this hub.
 * `created` is when the header was made, in milliseconds; undefined where that is not known.
 */
export function prove ({ hub: second, receiver: first, hubOin, expected, created, now, roots }) {
  return as('RECEIPT_INVALID', () => {
    const receiptIn = (shape, bytes) => {
      const receipt = read(shape, bytes)
      receipt.message_id = uuid(receipt.message_id, 'message_id')
      return receipt
    }
    const differs = receipt => Object.entries(expected).some(([name, value]) => !same(receipt[name], value))
    const demand = right => { if (!right) throw new Refused('RECEIPT_INVALID') }
    const delivered = time(read(HubReceipt, second.payload).delivered_time, 'delivered_time')
    const byHub = verify(second, HUB, roots, new Date(delivered))
    const hub = receiptIn(HubReceipt, byHub.payload)
    demand(hub.role === 'HUB')
    demand(byHub.signer === hub.signer_oin && byHub.signer === hub.hub_oin && byHub.signer === hubOin)
    demand(!differs(hub) && hub.receiver_oin !== hubOin)
    demand(delivered <= +now + TOLERANCE && delivered >= (created ?? delivered) - TOLERANCE)
    for (const field of ['receiver_mandate_id', 'endpoint_id']) uuid(hub[field], field)
    if (hub.sender_mandate_id) uuid(hub.sender_mandate_id, 'sender_mandate_id')
    demand(same(hub.receiver_receipt_digest, sha256(first.payload)))
    const byReceiver = verify(first, RECEIVER, roots, new Date(delivered))
    const receiver = receiptIn(ReceiverReceipt, byReceiver.payload)
    demand(receiver.role === 'RECEIVER')
    demand(byReceiver.signer === receiver.signer_oin && byReceiver.signer === hub.receiver_oin)
    demand(!differs(receiver) && EXCHANGE.every(name => same(receiver[name], hub[name])))
    digest(receiver.stamp_digest, 'stamp_digest')
    const received = time(receiver.received_time, 'received_time')
    demand(received <= delivered + TOLERANCE && received >= (created ?? delivered - ASKED) - TOLERANCE)
    return receiver
  })
}

const EXCHANGE = [
  'hub_oin', 'sender_oin', 'receiver_oin', 'message_id', 'header_digest', 'payload_size', 'payload_sha256'
]

const KINDS = ['KENNISNET_OSR', 'OSO', 'OSO_SWV_EXTENSION', 'VVA', 'VENDOR_OSR', 'VENDOR_OSO']

/** Returns the acceptance in a `Signed` of this hub. */
export function accepted ({ signed, hubOin, now, roots }) {
  return as('ACCEPTANCE_INVALID', () => {
    const moment = time(read(AgreementAcceptance, signed.payload).accepted_time, 'accepted_time')
    const { signer, payload } = verify(signed, ACCEPTANCE, roots, new Date(moment))
    const said = read(AgreementAcceptance, payload)
    uuid(said.agreement_id, 'agreement_id')
    choice(said.kind, KINDS, 'kind')
    oin(said.caller_oin, 'caller_oin')
    if (!said.board_number && !said.swv) oin(said.party_oin, 'party_oin')
    if (said.board_number && !/^[0-9]{5}$/.test(said.board_number)) malformed('board_number')
    if (said.swv && !/^(PO|VO)[0-9]{4}$/.test(said.swv)) malformed('swv')
    if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(said.start_date)) malformed('start_date')
    for (const name of ['document_sha256', 'caller_certificate_sha256']) digest(said[name], name)
    if (said.privacy_notice_sha256.length) digest(said.privacy_notice_sha256, 'privacy_notice_sha256')
    const login = said.authenticated_time.seconds ? time(said.authenticated_time, 'authenticated_time') : moment
    const right = signer === said.hub_oin && signer === hubOin && moment <= +now + TOLERANCE && login <= moment + TOLERANCE
    if (!right) throw new Refused('ACCEPTANCE_INVALID')
    return said
  })
}

const RULE = /^[A-Za-z][A-Za-z0-9._]{0,59}$/

/** Returns what the receiver of a message says became of it, in a `Signed`. */
export function told ({ signed, now, roots }) {
  return as('OUTCOME_INVALID', () => {
    const { signer, payload } = verify(signed, OUTCOME, roots, now)
    const said = read(DeliveryOutcome, payload)
    uuid(said.message_id, 'message_id')
    for (const name of ['hub_oin', 'sender_oin', 'signer_oin']) oin(said[name], name)
    for (const name of ['header_digest', 'receipt_digest']) digest(said[name], name)
    choice(said.result, ['IMPORTED', 'REJECTED', 'PENDING_PERSON'], 'result')
    time(said.outcome_time, 'outcome_time')
    const rules = said.rule_ids
    const right = rules.length <= 50 && rules.every(rule => RULE.test(rule)) && (!rules.length || said.result === 'REJECTED')
    if (!right || signer !== said.signer_oin) throw new Refused('OUTCOME_INVALID')
    return said
  })
}

/** Returns the order of the hub to provide a dossier, in a `Signed`: "Providing". */
export function ordered ({ signed, hubOin, me, now, roots }) {
  return as('ORDER_INVALID', () => {
    const { signer, payload } = verify(signed, ORDER, roots, now)
    const said = read(ProvideOrder, payload)
    uuid(said.session_id, 'session_id')
    for (const name of ['hub_oin', 'source_oin', 'requester_oin']) oin(said[name], name)
    for (const name of ['source', 'requester']) address(said[name], name)
    choice(said.overdrachtsoort, DOSSIERS, 'overdrachtsoort')
    said.link_key ? uuid(said.link_key, 'link_key') : digest(said.search_key, 'search_key')
    const begins = time(said.issued_time, 'issued_time') - TOLERANCE
    const ends = time(said.expire_time, 'expire_time') + TOLERANCE
    const right = signer === said.hub_oin && signer === hubOin && said.source_oin === me && begins <= now && now < ends
    if (!right) throw new Refused('ORDER_INVALID')
    return said
  })
}
