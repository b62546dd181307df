// Reads and writes the messages of protos/wissel/dossier/v1/dossier.proto, strictly: what was signed must be
// understood as a whole, so a field that is not known, at any depth, is an error.
// A message is {field number: [name, kind]}; a kind is text, bytes, number, boolean, a message, or
// [a kind] for a repeated field. Nothing here depends on a library.

const Timestamp = { 1: ['seconds', 'number'], 2: ['nanos', 'number'] }
const Address = {
  1: ['brin', 'text'], 2: ['swv', 'text'], 3: ['vestiging', 'text'],
  4: ['routing_key', 'text'], 5: ['aanleverpunt', 'text']
}
const Attestation = { 1: ['inzage', 'boolean'], 2: ['inzage_date', 'text'], 3: ['toestemming', 'text'] }
export const EnvelopeContext = {
  1: ['message_id', 'text'], 2: ['created_time', Timestamp], 3: ['expire_time', Timestamp],
  4: ['hub_oin', 'text'], 5: ['sender_oin', 'text'], 6: ['sender', Address], 7: ['receiver', Address],
  8: ['service', 'text'], 9: ['service_version', 'text'], 10: ['overdrachtsoort', 'text'],
  11: ['content_type', 'text'], 12: ['content_encoding', 'text'], 13: ['correlation_id', 'text'],
  14: ['initiator', 'text'], 15: ['attestation', Attestation], 16: ['session_id', 'text'],
  17: ['receiver_oin', 'text'], 18: ['link_key', 'text']
}
export const EnvelopeHeader = {
  1: ['context', 'bytes'], 2: ['payload_size', 'number'], 3: ['payload_sha256', 'bytes']
}
export const ProvideOrder = {
  1: ['hub_oin', 'text'], 2: ['session_id', 'text'], 3: ['source_oin', 'text'], 4: ['source', Address],
  5: ['requester_oin', 'text'], 6: ['requester', Address], 7: ['overdrachtsoort', 'text'],
  8: ['search_key', 'bytes'], 9: ['link_key', 'text'], 10: ['source_key_id', 'text'],
  11: ['requester_key_id', 'text'], 12: ['if_collected_after', Timestamp],
  13: ['accepted_versions', ['text']], 14: ['issued_time', Timestamp], 15: ['expire_time', Timestamp]
}
const Signature = { 1: ['sig', 'bytes'], 2: ['chain', ['bytes']], 3: ['keyid', 'text'] }
export const Signed = {
  1: ['payload', 'bytes'], 2: ['payload_type', 'text'], 3: ['signatures', [Signature]]
}
export const RouteStamp = {
  1: ['hub_oin', 'text'], 2: ['sender_oin', 'text'], 3: ['receiver_oin', 'text'],
  4: ['message_id', 'text'], 5: ['header_digest', 'bytes'], 6: ['routing_key', 'text'],
  7: ['endpoint_id', 'text'], 8: ['registry_revision', 'number'], 9: ['attempt', 'number'],
  10: ['issued_time', Timestamp], 11: ['expire_time', Timestamp]
}
const exchange = {
  1: ['role', 'text'], 2: ['signer_oin', 'text'], 3: ['hub_oin', 'text'], 4: ['sender_oin', 'text'],
  5: ['receiver_oin', 'text'], 6: ['message_id', 'text'], 7: ['header_digest', 'bytes'],
  8: ['payload_size', 'number'], 9: ['payload_sha256', 'bytes']
}
export const ReceiverReceipt = {
  ...exchange, 10: ['received_time', Timestamp], 11: ['stamp_digest', 'bytes']
}
export const HubReceipt = {
  ...exchange, 10: ['delivered_time', Timestamp], 11: ['sender_mandate_id', 'text'],
  12: ['receiver_mandate_id', 'text'], 13: ['endpoint_id', 'text'], 14: ['registry_revision', 'number'],
  15: ['receiver_receipt_digest', 'bytes'], 16: ['revocation_stale', 'boolean'],
  17: ['test', 'boolean']
}
export const DeliveryOutcome = {
  1: ['hub_oin', 'text'], 2: ['sender_oin', 'text'], 3: ['signer_oin', 'text'], 4: ['message_id', 'text'],
  5: ['header_digest', 'bytes'], 6: ['receipt_digest', 'bytes'], 7: ['result', 'text'],
  8: ['rule_ids', ['text']], 9: ['outcome_time', Timestamp]
}
export const SystemKey = {
  1: ['hub_oin', 'text'], 2: ['system_id', 'text'], 3: ['key_id', 'text'], 4: ['public_key', 'bytes'],
  5: ['start_time', Timestamp], 6: ['end_time', Timestamp]
}
export const AgreementAcceptance = {
  1: ['hub_oin', 'text'], 2: ['agreement_id', 'text'], 3: ['kind', 'text'], 4: ['text_version', 'text'],
  5: ['language', 'text'], 6: ['counterparty', 'text'], 7: ['document_sha256', 'bytes'],
  8: ['privacy_notice_sha256', 'bytes'], 9: ['board_number', 'text'], 10: ['swv', 'text'],
  11: ['party_oin', 'text'], 12: ['start_date', 'text'], 13: ['issuer', 'text'], 14: ['subject', 'text'],
  15: ['level', 'text'], 16: ['authenticated_time', Timestamp], 17: ['caller_oin', 'text'],
  18: ['caller_certificate_sha256', 'bytes'], 19: ['accepted_time', Timestamp]
}

const DEFAULTS = { text: '', number: 0, boolean: false }

/** Returns the message in the bytes, with a default for what is not there; throws if it is none. */
export function read (shape, bytes) {
  const message = {}
  for (const [name, kind] of Object.values(shape)) {
    message[name] = kind === 'bytes' ? Buffer.alloc(0)
      : Array.isArray(kind) ? [] : typeof kind === 'object' ? read(kind, Buffer.alloc(0)) : DEFAULTS[kind]
  }
  let at = 0
  while (at < bytes.length) {
    const tag = varint()
    const known = shape[tag >> 3n]
    if (!known) throw new Error(`unknown field ${tag >> 3n}`)
    const [name, kind] = known
    const many = Array.isArray(kind)
    const one = many ? kind[0] : kind
    const value = ['number', 'boolean'].includes(one) ? scalar(tag, one) : delimited(tag, one)
    if (many) message[name].push(value)
    else message[name] = typeof one === 'object' ? { ...message[name], ...value } : value
  }
  return message

  function varint () {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      if (at >= bytes.length || shift > 63n) throw new Error('cut off')
      const byte = BigInt(bytes[at++])
      value |= (byte & 127n) << shift
      if (byte < 128n) return value
    }
  }

  function scalar (tag, kind) {
    if ((tag & 7n) !== 0n) throw new Error('another wire type')
    const value = varint()
    return kind === 'boolean' ? value !== 0n : Number(value)
  }

  function delimited (tag, kind) {
    if ((tag & 7n) !== 2n) throw new Error('another wire type')
    const length = Number(varint())
    const piece = bytes.subarray(at, at + length)
    if (piece.length !== length) throw new Error('cut off')
    at += length
    if (kind === 'bytes') return piece
    return kind === 'text' ? new TextDecoder('utf-8', { fatal: true }).decode(piece) : read(kind, piece)
  }
}

/** Returns the bytes of a message; what is empty, zero, false or absent is left out, as in proto3. */
export function write (shape, message) {
  const pieces = []
  for (const [number, [name, kind]] of Object.entries(shape)) {
    const [one, values] = Array.isArray(kind) ? [kind[0], message[name] ?? []] : [kind, [message[name]]]
    for (const value of values) {
      if (!value && !Array.isArray(kind)) continue
      if (one === 'number' || one === 'boolean') pieces.push(varint(number << 3), varint(Number(value)))
      else {
        const bytes = typeof one === 'object' ? write(one, value) : Buffer.from(value)
        if (!bytes.length && !Array.isArray(kind) && typeof one !== 'object') continue
        pieces.push(varint(number << 3 | 2), varint(bytes.length), bytes)
      }
    }
  }
  return Buffer.concat(pieces)

  function varint (value) {
    const bytes = []
    for (let left = BigInt(value); ; left >>= 7n) {
      bytes.push(Number(left & 127n) | (left > 127n ? 128 : 0))
      if (left <= 127n) return Buffer.from(bytes)
    }
  }
}
