// Refusals as they stand on the wire: the trailing metadata grpc-status-details-bin holds a
// google.rpc.Status. See docs/protocol.md, "Refusals on the wire".
import { read, write } from './wire.mjs'

const Any = { 1: ['type_url', 'text'], 2: ['value', 'bytes'] }
const Status = { 1: ['code', 'number'], 2: ['message', 'text'], 3: ['details', [Any]] }
const ErrorInfo = {
  1: ['reason', 'text'], 2: ['domain', 'text'], 3: ['metadata', [{ 1: ['key', 'text'], 2: ['value', 'text'] }]]
}
const BadRequest = { 1: ['field_violations', [{ 1: ['field', 'text'], 2: ['description', 'text'], 3: ['reason', 'text'] }]] }
const RetryInfo = { 1: ['retry_delay', { 1: ['seconds', 'number'], 2: ['nanos', 'number'] }] }
const LocalizedMessage = { 1: ['locale', 'text'], 2: ['message', 'text'] }
const URL_OF = 'type.googleapis.com/google.rpc.'

/**
 * Returns what a hub or LAS says in a serialized Status: reason, metadata, field, the seconds to
 * wait, and the words for a user. The reason is empty if it is not the word of Wissel; what cannot
 * be read says nothing, and then the status code alone counts.
 */
export function readStatus (bytes) {
  const said = { reason: '', metadata: {}, field: '', retry_seconds: 0, localized: '' }
  try {
    for (const { type_url: url, value } of read(Status, bytes).details) {
      if (url === `${URL_OF}ErrorInfo`) {
        const { reason, domain, metadata } = read(ErrorInfo, value)
        if (domain !== 'wissel') continue
        said.reason = reason
        said.metadata = Object.fromEntries(metadata.map(each => [each.key, each.value]))
      } else if (url === `${URL_OF}BadRequest`) {
        said.field = read(BadRequest, value).field_violations[0]?.field ?? ''
      } else if (url === `${URL_OF}RetryInfo`) {
        const { seconds, nanos } = read(RetryInfo, value).retry_delay
        said.retry_seconds = seconds + nanos / 1e9
      } else if (url === `${URL_OF}LocalizedMessage`) {
        said.localized = read(LocalizedMessage, value).message
      }
    }
  } catch { /* what was read until here counts */ }
  return said
}

/** Returns the serialized Status of a refusal of a LAS. */
export function writeStatus ({ code, reason, field, retrySeconds }) {
  const details = [{ type_url: `${URL_OF}ErrorInfo`, value: write(ErrorInfo, { reason, domain: 'wissel' }) }]
  if (field) details.push({ type_url: `${URL_OF}BadRequest`, value: write(BadRequest, { field_violations: [{ field }] }) })
  if (retrySeconds) {
    details.push({ type_url: `${URL_OF}RetryInfo`, value: write(RetryInfo, { retry_delay: { seconds: retrySeconds } }) })
  }
  return write(Status, { code, message: reason, details })
}
