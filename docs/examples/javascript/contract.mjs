// The services of the contract, who we are, and refusals as they stand on the wire.
import crypto from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import grpc from '@grpc/grpc-js'
import protoLoader from '@grpc/proto-loader'
import { Refused, pae } from '../../vectors/signed.mjs'
import { readStatus, writeStatus } from '../../vectors/status.mjs'

const protos = fileURLToPath(new URL('../../../protos', import.meta.url))
const definition = protoLoader.loadSync(
  ['wissel/traffic/v1/traffic_service.proto', 'wissel/las/v1/las_service.proto'],
  { includeDirs: [protos], keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true }
)
const { wissel } = grpc.loadPackageDefinition(definition)
export const { TrafficService } = wissel.traffic.v1
export const { LasService } = wissel.las.v1

/** Who we are: PEM files as openssl makes them, leaf first; the same key serves, calls and signs. */
export class Identity {
  constructor ({ certificate, key, roots }) {
    const pem = readFileSync(certificate, 'utf8')
    this.certificatePem = Buffer.from(pem)
    this.keyPem = readFileSync(key)
    this.rootsPem = readFileSync(roots)
    this.key = crypto.createPrivateKey(this.keyPem)
    this.chain = certificatesIn(pem)
    this.roots = certificatesIn(this.rootsPem.toString())
    this.oin = oinOf(this.chain[0])
  }

  /** A Signed of the payload: the kind of key decides the algorithm. */
  sign (payload, payloadType) {
    const sig = crypto.sign(this.#digest(), pae(payloadType, payload), this.#how())
    const chain = this.chain.map(each => each.raw)
    return { payload, payload_type: payloadType, signatures: [{ sig, chain }] }
  }

  /** Whether a Signed was made with the certificate that we have now. */
  made ({ signatures: [{ chain: [leaf] }] }) {
    return this.chain[0].raw.equals(leaf)
  }

  clientCredentials () {
    return grpc.credentials.createSsl(this.rootsPem, this.keyPem, this.certificatePem)
  }

  serverCredentials () {
    const pair = { private_key: this.keyPem, cert_chain: this.certificatePem }
    return grpc.ServerCredentials.createSsl(this.rootsPem, [pair], true)
  }

  #digest () {
    if (this.key.asymmetricKeyType === 'ed25519') return null
    return this.key.asymmetricKeyDetails.namedCurve === 'secp384r1' ? 'sha384' : 'sha256'
  }

  #how () {
    if (this.key.asymmetricKeyType !== 'rsa') return this.key // ECDSA is DER by itself
    return { key: this.key, padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
  }
}

function certificatesIn (pem) {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  return blocks.map(block => new crypto.X509Certificate(block))
}

/** The OIN of a certificate that TLS has verified, or undefined. */
export function oinOf (certificate) {
  const numbers = certificate.subject.split('\n').filter(line => line.startsWith('serialNumber='))
  return numbers.length === 1 ? numbers[0].slice('serialNumber='.length) : undefined
}

/** What a failed call says: its status, and the reason and seconds to wait if the hub gave them. */
export function refusalOf (error) {
  const [bytes] = error.metadata?.get('grpc-status-details-bin') ?? []
  const { reason, metadata, field, retry_seconds: retrySeconds } = readStatus(bytes ?? Buffer.alloc(0))
  return { code: error.code, reason, metadata, field, retrySeconds, text: error.details ?? `${error}` }
}

const CODES = {
  HUB_NOT_TRUSTED: grpc.status.PERMISSION_DENIED,
  SIGNER_UNTRUSTED: grpc.status.PERMISSION_DENIED,
  SIGNER_MISMATCH: grpc.status.PERMISSION_DENIED,
  STAMP_NOT_MINE: grpc.status.PERMISSION_DENIED,
  MESSAGE_IN_PROGRESS: grpc.status.UNAVAILABLE,
  RECORD_UNAVAILABLE: grpc.status.UNAVAILABLE,
  MESSAGE_ID_REUSED: grpc.status.ALREADY_EXISTS,
  ENVELOPE_EXPIRED: grpc.status.FAILED_PRECONDITION,
  ENVELOPE_FROM_FUTURE: grpc.status.FAILED_PRECONDITION,
  INTERNAL_ERROR: grpc.status.INTERNAL
}

/** The error with which a handler ends a call: status and details. What was not expected stays here. */
export function statusOf (error) {
  if (!(error instanceof Refused)) console.error(error)
  const reason = error instanceof Refused ? error.reason : 'INTERNAL_ERROR'
  const code = CODES[reason] ?? grpc.status.INVALID_ARGUMENT
  const field = error instanceof Refused ? error.field : ''
  const retrySeconds = code === grpc.status.UNAVAILABLE ? 5 : 0
  const metadata = new grpc.Metadata()
  metadata.set('grpc-status-details-bin', writeStatus({ code, reason, field, retrySeconds }))
  return { code, details: reason, metadata }
}
