// A receiver: it stores a message before it signs for it, and never stores one twice.
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import path from 'node:path'
import crypto from 'node:crypto'
import grpc from '@grpc/grpc-js'
import { Payload, RECEIVER, fresh, opening, uuid } from '../../vectors/checks.mjs'
import { Refused } from '../../vectors/signed.mjs'
import { ReceiverReceipt, Signed, read, write } from '../../vectors/wire.mjs'
import { LasService, oinOf, statusOf } from './contract.mjs'
import { place, recall, store } from './files.mjs'

const MAX_PAYLOAD = 25 * 1024 * 1024
const KEPT = 32 * 24 * 3600 * 1000
const moment = at => ({ seconds: Math.floor(at / 1000), nanos: (at % 1000) * 1_000_000 })
const text64 = bytes => bytes.toString('base64')
const bytes64 = text => Buffer.from(text, 'base64')

export class Receiver {
  #busy = new Map()
  #server = new grpc.Server()

  /** `administrations` are the routing keys that are ours; without them every one is. */
  constructor ({ hubOin, identity, storage, administrations }) {
    Object.assign(this, { hubOin, identity, storage, administrations })
    mkdirSync(storage, { recursive: true, mode: 0o700 })
    this.#server.addService(LasService.service, {
      Deliver: (call, callback) => answer(callback, this.#deliver(call)),
      GetReceipt: (call, callback) => answer(callback, this.#receipt(call)),
      Provide: call => this.#nothing(call),
      Notify: (call, callback) => answer(callback, this.#notified(call)),
      Ping: (call, callback) => callback(null, { oin: identity.oin, software: 'example 1.0' })
    })
  }

  /** Serves on `host:port`; returns the port. One process may use the storage. */
  start (listen) {
    this.#forget()
    return new Promise((resolve, reject) => {
      this.#server.bindAsync(listen, this.identity.serverCredentials(), (error, port) => error ? reject(error) : resolve(port))
    })
  }

  stop () {
    return new Promise(resolve => this.#server.tryShutdown(resolve))
  }

  /** This example prepares no dossiers. */
  #nothing (call) {
    try {
      this.#requireHub(call)
      call.write({ refusal: { reason: 'DOSSIER_NOT_FOUND', text: '' } })
      call.end()
    } catch (error) {
      call.emit('error', statusOf(error))
    }
  }

  /** Keeps what there is to fetch, under the id of the notification, and only then answers. */
  async #notified (call) {
    this.#requireHub(call)
    const { notification_id: id, ...told } = call.request
    store(this.#path(`notified_${uuid(id, 'notification_id')}.json`), { told, until: Date.now() + KEPT })
    return {}
  }

  /** The steps of docs/protocol.md, "Receiving". */
  async #deliver (call) {
    const now = new Date()
    // 1.
    this.#requireHub(call)
    // 2. to 6.
    const parts = call[Symbol.asyncIterator]()
    const first = (await parts.next()).value?.opening
    if (!first?.header || !first?.stamp) throw new Refused('HEADER_MISSING')
    const { hubOin: hub, identity: { oin: me, roots } } = this
    const opened = opening(first, { hub, me, roots, now })
    const { context } = opened.header
    const name = `${context.sender_oin}_${context.message_id}`
    // 7.
    if (this.#busy.has(name)) throw new Refused('MESSAGE_IN_PROGRESS')
    this.#busy.set(name, opened.digest)
    try {
      return await this.#receive(name, opened, parts, now)
    } finally {
      this.#busy.delete(name)
    }
  }

  async #receive (name, opened, parts, now) {
    const { header, order, digest } = opened
    const part = this.#path(`${name}.${crypto.randomUUID()}.part`)
    // 8.
    const known = this.#known(name, digest)
    if (!known) {
      // 9.
      fresh(header, now)
      if (header.payload_size > MAX_PAYLOAD) throw new Refused('PAYLOAD_TOO_LARGE')
    }
    if (known?.refusal) return { refusal: known.refusal }
    if (this.administrations && !this.administrations.includes(order.routing_key)) {
      const refusal = { reason: 'ADMINISTRATION_UNKNOWN', text: 'This administration is not here.' }
      store(this.#path(`${name}.json`), { digest: text64(digest), until: +now + KEPT, refusal })
      return { refusal }
    }
    try {
      // 10. and 11.
      await whole(parts, header, known ? undefined : part)
      // 12.
      if (!known) place(part, this.#path(`${name}.payload`))
      return { receipt: this.#sign(name, opened, known) }
    } finally {
      rmSync(part, { force: true })
    }
  }

  /** Records the message as received, then signs for this stamp, and keeps that too. */
  #sign (name, { header: { context, payload_size, payload_sha256 }, order, digest, stampDigest }, known) {
    const received = known ? known.received : Date.now()
    const receipt = write(ReceiverReceipt, {
      role: 'RECEIVER',
      signer_oin: this.identity.oin,
      hub_oin: order.hub_oin,
      sender_oin: order.sender_oin,
      receiver_oin: order.receiver_oin,
      message_id: context.message_id,
      header_digest: digest,
      payload_size,
      payload_sha256,
      received_time: moment(received),
      stamp_digest: stampDigest
    })
    const record = { digest: text64(digest), until: received + KEPT, received, receipt: text64(receipt) }
    store(this.#path(`${name}.json`), record)
    return this.#signed(name, record)
  }

  #signed (name, record) {
    const signed = this.identity.sign(bytes64(record.receipt), RECEIVER)
    store(this.#path(`${name}.json`), { ...record, signed: text64(write(Signed, signed)) })
    return signed
  }

  async #receipt (call) {
    this.#requireHub(call)
    const { sender_oin: sender, message_id: id, header_digest: digest } = call.request
    if (!/^[0-9A-Z]{20}$/.test(sender) || !/^[0-9a-f-]{36}$/i.test(id)) throw new Refused('IDENTIFIER_MALFORMED')
    const name = `${sender}_${id.toLowerCase()}`
    const record = recall(this.#path(`${name}.json`))
    if (record?.digest !== text64(digest)) {
      return { state: this.#busy.get(name)?.equals(digest) ? 'STATE_IN_PROGRESS' : 'STATE_UNKNOWN' }
    }
    if (record.refusal) return { state: 'STATE_REFUSED', refusal: record.refusal }
    const kept = record.signed && read(Signed, bytes64(record.signed))
    const receipt = kept && this.identity.made(kept) ? kept : this.#signed(name, record)
    return { state: 'STATE_RECEIVED', receipt }
  }

  #known (name, digest) {
    const record = recall(this.#path(`${name}.json`))
    if (record && record.digest !== text64(digest)) throw new Refused('MESSAGE_ID_REUSED')
    return record
  }

  #requireHub (call) {
    const raw = call.getAuthContext()?.sslPeerCertificate?.raw
    if (!raw || oinOf(new crypto.X509Certificate(raw)) !== this.hubOin) throw new Refused('HUB_NOT_TRUSTED')
  }

  /** Deletes what a crash left, and records that nobody asks for any more; the messages stay. */
  #forget () {
    for (const name of readdirSync(this.storage)) {
      const old = name.endsWith('.json') && recall(this.#path(name)).until < Date.now()
      if (old || name.endsWith('.part')) rmSync(this.#path(name))
    }
  }

  #path (name) {
    return path.join(this.storage, name)
  }
}

/** Reads chunks until all bytes have come, to a file if it has a name; how the stream goes on says nothing. */
async function whole (parts, header, file) {
  const payload = new Payload(header)
  const handle = file && openSync(file, 'wx', 0o600)
  try {
    for (;;) {
      const { value, done } = await parts.next()
      if (done) throw new Refused('SIZE_MISMATCH')
      const data = value.chunk?.data ?? Buffer.alloc(0)
      const complete = payload.take(data)
      if (handle) writeSync(handle, data)
      if (complete) return
    }
  } finally {
    if (handle) closeSync(handle)
  }
}

function answer (callback, work) {
  work.then(response => callback(null, response), error => callback(statusOf(error)))
}
