// Somebody who floods: so many requests in flight, each connection asking again when it has its answer. Gets a Flood and
// answers, when told to stop, with how often each status came.
import { connect } from 'node:net'
import { setPriority } from 'node:os'

/** @typedef {{ url: string, inFlight: number, requests: string[] }} Flood */

// A stranger brings a machine of their own; here they get what the others leave of this one.
setPriority(19)

const lastChunk = Buffer.from('\r\n0\r\n\r\n')
/** @type {Record<string, number>} */
const statuses = {}

process.on('message', (/** @type {Flood | 'stop'} */ message) => {
  if (message !== 'stop') return begin(message)
  process.send?.(statuses, () => process.exit())
})

process.send?.('ready')

/** @param {Flood} flood */
function begin({ url, inFlight, requests }) {
  const { hostname, port } = new URL(url)
  let turn = 0
  for (let i = 0; i < inFlight; i++) {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    const ask = () => socket.write(/** @type {string} */ (requests[turn++ % requests.length]))
    /** @type {Buffer} */
    let received = Buffer.alloc(0)
    socket.on('connect', ask)
    socket.on('error', () => {}) // what was flooded is gone
    socket.on('data', (chunk) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
      const headEnd = received.indexOf('\r\n\r\n')
      if (headEnd < 0) return
      const head = received.toString('latin1', 0, headEnd)
      const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
      const whole = length
        ? received.length >= headEnd + 4 + Number(length)
        : received.subarray(-lastChunk.length).equals(lastChunk)
      if (!whole) return
      received = Buffer.alloc(0)
      const status = head.slice(9, 12)
      statuses[status] = (statuses[status] ?? 0) + 1
      ask()
    })
  }
}
