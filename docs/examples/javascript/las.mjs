// The command: node las.mjs send|sign|again|resume|serve … (see README.md); what it prints is JSON.
import { parseArgs } from 'node:util'
import { Identity } from './contract.mjs'
import { Receiver } from './receiver.mjs'
import { Sender } from './sender.mjs'

const names = ['certificate', 'key', 'roots', 'hub', 'hub-oin', 'outbox', 'from', 'to', 'service', 'inzage', 'listen', 'storage', 'administrations']
const options = Object.fromEntries(names.map(name => [name, { type: 'string' }]))
const { values: said, positionals: [command, argument] } = parseArgs({ options, allowPositionals: true })
const identity = new Identity(said)
const hubOin = said['hub-oin']
const show = entry => console.log(JSON.stringify(entry))

if (command === 'serve') {
  const { storage, listen } = said
  const receiver = new Receiver({ identity, hubOin, storage, administrations: said.administrations?.split(',') })
  const port = await receiver.start(listen)
  console.log(`serving on ${listen.replace(/:\d+$/, '')}:${port}`)
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => receiver.stop())
} else {
  const sender = new Sender({ identity, hubOin, hub: said.hub, outbox: said.outbox })
  try {
    if (command === 'send' || command === 'sign') {
      const { from, to, service = 'OSO_OV', inzage: inzageDate } = said
      const id = sender.begin(argument, { from, to, service, inzageDate, initiator: 'example-account' })
      show(command === 'send' ? await sender.insist(id) : { id })
    } else if (command === 'again') show(await sender.attempt(argument))
    else if (command === 'resume') (await sender.resume()).forEach(show)
    else throw new Error('say send FILE, sign FILE, again ID, resume or serve')
  } finally {
    sender.close()
  }
}
