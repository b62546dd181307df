// A sender with an outbox: what is signed is on the disk before its first byte leaves.
import crypto from 'node:crypto'
import { copyFileSync, createReadStream, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import grpc from '@grpc/grpc-js'
import { HEADER, headerOf, prove, sha256 } from '../../vectors/checks.mjs'
import { EnvelopeContext, EnvelopeHeader, Signed, read, write } from '../../vectors/wire.mjs'
import { TrafficService, refusalOf } from './contract.mjs'
import { place, recall, store } from './files.mjs'

const CHUNK = 512 * 1024
const DAY = 24 * 3600 * 1000
const { status } = grpc
const FINAL = [status.INVALID_ARGUMENT, status.FAILED_PRECONDITION, status.NOT_FOUND, status.ALREADY_EXISTS]
const ASK = [status.UNAUTHENTICATED, status.PERMISSION_DENIED, status.UNIMPLEMENTED]

const moment = at => ({ seconds: Math.floor(at / 1000), nanos: (at % 1000) * 1_000_000 })
const address = place => /^(PO|VO)/.test(place)
  ? { swv: place }
  : { brin: place.slice(0, 4), vestiging: place.length > 4 ? place : '' }

export class Sender {
  #client

  constructor ({ hub, hubOin, identity, outbox }) {
    Object.assign(this, { hubOin, identity, outbox })
    mkdirSync(outbox, { recursive: true, mode: 0o700 })
    this.#client = new TrafficService(hub, identity.clientCredentials())
  }

  close () {
    this.#client.close()
  }

  /** Signs a message about a file and keeps both; returns its id. Nothing is sent. */
  begin (file, { from, to, service, kind = 'overstapdossier', inzageDate, initiator }) {
    const id = crypto.randomUUID()
    const now = Date.now()
    const copy = this.#payload(id)
    copyFileSync(file, `${copy}.part`)
    place(`${copy}.part`, copy)
    const context = {
      message_id: id,
      created_time: moment(now),
      expire_time: moment(now + 7 * DAY),
      hub_oin: this.hubOin,
      sender_oin: this.identity.oin,
      sender: address(from),
      receiver: address(to),
      service,
      overdrachtsoort: kind,
      content_type: 'application/xml',
      content_encoding: 'NONE',
      initiator,
      attestation: { inzage: Boolean(inzageDate), inzage_date: inzageDate ?? '' }
    }
    const header = write(EnvelopeHeader, {
      context: write(EnvelopeContext, context),
      payload_size: statSync(copy).size,
      payload_sha256: sha256(readFileSync(copy))
    })
    const signed = write(Signed, this.identity.sign(header, HEADER)).toString('base64')
    store(this.#file(id), { state: 'pending', id, header: signed })
    return id
  }

  /** Sends what is pending until it has an end, at most for so many seconds; returns the entries. */
  async resume (seconds = 60) {
    const ids = readdirSync(this.outbox).filter(name => name.endsWith('.json')).map(name => name.slice(0, -5))
    const pending = ids.filter(id => recall(this.#file(id)).state === 'pending')
    return Promise.all(pending.map(id => this.insist(id, seconds)))
  }

  /** Repeats one message while that may help, with doubling waits; returns its entry. */
  async insist (id, seconds = 60) {
    const until = Date.now() + seconds * 1000
    for (let wait = 0.25; ; wait = Math.min(wait * 2, 10)) {
      const entry = await this.attempt(id)
      const pause = Math.max(entry.retrySeconds ?? 0, wait * (0.5 + Math.random() / 2)) * 1000
      if (entry.state !== 'pending' || ASK.includes(entry.code) || Date.now() + pause > until) return entry
      await sleep(pause)
    }
  }

  /** Makes one attempt, with exactly the bytes that were kept; returns the entry as it is then. */
  async attempt (id) {
    const kept = recall(this.#file(id))
    try {
      const answer = await this.#forward(id, read(Signed, Buffer.from(kept.header, 'base64')))
      const entry = { ...kept, ...this.#proven(kept, answer), state: 'sent' }
      if (kept.state !== 'sent') store(this.#file(id), entry)
      return { ...entry, replayed: answer.replayed }
    } catch (error) {
      if (kept.state === 'sent') throw error
      const { retrySeconds, ...refusal } = refusalOf(error)
      const no = FINAL.includes(refusal.code) && refusal.reason !== 'DELIVERY_UNCERTAIN'
      const final = no && !await this.#mayBeHeld(id)
      const entry = { ...kept, ...refusal, state: final ? 'refused' : 'pending' }
      store(this.#file(id), entry)
      return { ...entry, retrySeconds }
    }
  }

  /** Streams header, chunks and half-close; an early answer ends the writing. */
  #forward (id, header) {
    return new Promise((resolve, reject) => {
      const size = statSync(this.#payload(id)).size
      const deadline = Date.now() + (120 + size / (64 * 1024)) * 1000
      let answered = false
      const call = this.#client.ForwardEnvelope({ deadline }, (error, answer) => {
        answered = true
        error ? reject(error) : resolve(answer)
      })
      call.on('error', () => {}) // a write after an early answer: the status tells the reason
      const write = part => call.write(part) || answered || new Promise(resolve => call.once('drain', resolve))
      const parts = async () => {
        await write({ header })
        for await (const data of createReadStream(this.#payload(id), { highWaterMark: CHUNK })) {
          if (answered) return
          await write({ chunk: { data } })
        }
        call.end()
      }
      parts().catch(error => { call.cancel(); reject(error) })
    })
  }

  /** Whether the receiver may hold a message from an earlier attempt, as far as the hub knows. */
  #mayBeHeld (id) {
    return new Promise(resolve => {
      this.#client.GetDelivery({ message_id: id }, { deadline: Date.now() + 20_000 }, (error, answer) => {
        if (error) resolve(error.code !== status.NOT_FOUND)
        else resolve(['UNCERTAIN', 'ACCEPTED'].includes(answer.delivery.state))
      })
    })
  }

  /** Returns both receipts, once they prove the delivery of this very message. */
  #proven (kept, { hub_receipt: hub, receiver_receipt: receiver }) {
    const { payload } = read(Signed, Buffer.from(kept.header, 'base64'))
    const header = headerOf(payload)
    const { created } = header
    const expected = {
      sender_oin: this.identity.oin,
      message_id: kept.id,
      header_digest: sha256(payload),
      payload_size: header.payload_size,
      payload_sha256: header.payload_sha256
    }
    prove({ hub, receiver, hubOin: this.hubOin, expected, created, now: new Date(), roots: this.identity.roots })
    const kept64 = signed => write(Signed, signed).toString('base64')
    return { hubReceipt: kept64(hub), receiverReceipt: kept64(receiver) }
  }

  #file (id) {
    return path.join(this.outbox, `${id}.json`)
  }

  #payload (id) {
    return path.join(this.outbox, `${id}.payload`)
  }
}
