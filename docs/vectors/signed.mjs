// Verifies one signature with its certificates: docs/protocol.md, "Signatures".
import crypto from 'node:crypto'

export class Refused extends Error {
  constructor (reason, { field = '', cause = '' } = {}) {
    super(reason)
    Object.assign(this, { reason, field, why: cause })
  }
}

const OIN = /^000000[0-9]{2}[0-9A-Z]{12}$/
const MAX_CHAIN = 12 * 1024

/** The pre-authentication encoding of DSSE: lengths count bytes. */
export function pae (type, payload) {
  const kind = Buffer.from(type)
  return Buffer.concat([Buffer.from(`DSSEv1 ${kind.length} `), kind, Buffer.from(` ${payload.length} `), payload])
}

/** Returns {payload, signer} of a Signed, or throws the reason of the first rule that fails. */
export function verify (signed, type, roots, at) {
  // 1.
  if (signed.payload_type !== type) throw new Refused('PAYLOAD_TYPE_UNEXPECTED')
  // 2.
  if (signed.signatures.length !== 1) throw new Refused('SIGNATURE_COUNT_INVALID')
  // 3.
  const [{ sig, chain }] = signed.signatures
  const size = chain.reduce((sum, each) => sum + each.length, 0)
  if (chain.length < 1 || chain.length > 4 || size > MAX_CHAIN) throw new Refused('SIGNER_UNTRUSTED')
  // 4.
  const [leaf, ...others] = chain.map(certificate)
  if (!kindOf(leaf.publicKey)) throw new Refused('ALGORITHM_NOT_ALLOWED')
  if (!isSignature(leaf.publicKey, sig, pae(type, signed.payload))) throw new Refused('SIGNATURE_INVALID')
  // 5.
  return { payload: signed.payload, signer: trusted(leaf, others, roots, at) }
}

/** The kind of key decides the algorithm, and nothing in the message does. */
function isSignature (key, sig, data) {
  switch (kindOf(key)) {
    case 'P-256': return crypto.verify('sha256', data, { key, dsaEncoding: 'der' }, sig)
    case 'P-384': return crypto.verify('sha384', data, { key, dsaEncoding: 'der' }, sig)
    case 'Ed25519': return crypto.verify(null, data, key, sig)
    case 'RSA': return crypto.verify('sha256', data, {
      key, padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 32
    }, sig)
  }
}

function kindOf (key) {
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {}
  if (key.asymmetricKeyType === 'ed25519') return 'Ed25519'
  if (key.asymmetricKeyType === 'rsa' && modulusLength >= 2048 && modulusLength <= 4096) return 'RSA'
  return { prime256v1: 'P-256', secp384r1: 'P-384' }[namedCurve]
}

function certificate (der) {
  try {
    return new crypto.X509Certificate(der)
  } catch {
    throw untrusted('CERTIFICATE_UNSUITABLE')
  }
}

/** Returns the OIN of a leaf from which a trusted path leads. */
function trusted (leaf, others, roots, at) {
  const path = pathOf(leaf, others, roots)
  if (!path) throw untrusted('CERTIFICATE_UNTRUSTED')
  if (leaf.ca) throw untrusted('CERTIFICATE_UNSUITABLE')
  if (!signs(leaf)) throw untrusted('CERTIFICATE_UNSUITABLE')
  const numbers = leaf.subject.split('\n').filter(line => line.startsWith('serialNumber='))
  const [oin] = numbers.map(line => line.slice('serialNumber='.length))
  if (!numbers.length) throw untrusted('OIN_MISSING')
  if (numbers.length > 1) throw untrusted('OIN_AMBIGUOUS')
  if (!OIN.test(oin)) throw untrusted('OIN_MALFORMED')
  for (const each of path) {
    if (at < new Date(each.validFrom)) throw untrusted('CERTIFICATE_NOT_YET_VALID')
    if (at >= +new Date(each.validTo) + 1000) throw untrusted('CERTIFICATE_EXPIRED')
  }
  return oin
}

const untrusted = cause => new Refused('SIGNER_UNTRUSTED', { cause })

/** The certificates from a leaf to a root, or undefined. A real one also heeds path lengths and names. */
function pathOf (leaf, others, roots, depth = 0) {
  const above = issuer => issuer.ca && leaf.checkIssued(issuer) && leaf.verify(issuer.publicKey)
  const root = roots.find(above)
  if (root) return [leaf, root]
  if (depth === 3) return undefined
  for (const issuer of others.filter(above)) {
    const rest = pathOf(issuer, others, roots, depth + 1)
    if (rest) return [leaf, ...rest]
  }
}

/** Whether its key usage (2.5.29.15) has digitalSignature; Node does not show it. */
function signs (certificate) {
  const der = certificate.raw
  const at = der.indexOf(Buffer.from('0603551d0f', 'hex'))
  const value = at < 0 ? -1 : der.indexOf(Buffer.from('0403', 'hex'), at + 5) // OCTET STRING, 3 bytes or 4
  const wide = at < 0 ? -1 : der.indexOf(Buffer.from('0404', 'hex'), at + 5)
  const found = [value, wide].filter(each => each >= 0 && each <= at + 8).sort((a, b) => a - b)[0]
  return found !== undefined && (der[found + 5] & 0x80) !== 0
}
