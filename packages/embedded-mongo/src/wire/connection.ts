import type { Socket } from 'node:net'
import type { Gate } from '../access/gate.ts'
import type { Document } from '../values/types.ts'
import {
  type Command,
  decodeCommand,
  decodeHeader,
  encodeReply,
  errorReply,
  HEADER_BYTES,
  OP_MSG,
} from './message.ts'

/** Answers one command; it never rejects. */
export type Answer = (body: Document, connectionId: number) => Promise<Document>

/** How many messages may wait before the connection stops reading. */
const MAX_WAITING = 64

let connections = 0

/** Reads messages off a socket, one at a time and in order, until it ends or sends what is no message. */
export function serveConnection(socket: Socket, gate: Gate, answer: Answer): void {
  const connectionId = ++connections
  const waiting: Buffer[] = []
  const framer = new Framer(gate)
  let busy = false

  const pump = async (): Promise<void> => {
    if (busy) return
    busy = true
    for (let message = waiting.shift(); message && !socket.destroyed; message = waiting.shift()) {
      if (waiting.length < MAX_WAITING) socket.resume()
      await serveMessage(message)
    }
    busy = false
  }

  const serveMessage = async (message: Buffer): Promise<void> => {
    let command: Command
    try {
      command = decodeCommand(message)
    } catch (error) {
      refuse(error, message)
      return
    }
    const reply = atGate(command.body) ?? (await answer(command.body, connectionId))
    if (!command.silent && !socket.destroyed) socket.write(encode(command, reply))
  }

  const atGate = (body: Document): Document | undefined => {
    try {
      return gate.answer(body)
    } catch (error) {
      return errorReply(error)
    }
  }

  /** Says what was wrong, then hangs up: after a broken message nothing can be trusted to begin where it seems to. */
  const refuse = (error: unknown, message: Buffer): void => {
    const requestId = message.length >= 8 ? message.readInt32LE(4) : 0
    socket.end(encodeReply({ requestId, opcode: OP_MSG }, errorReply(error)))
  }

  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('data', (bytes: Buffer) => {
    try {
      for (const message of framer.push(bytes)) waiting.push(message)
    } catch (error) {
      socket.removeAllListeners('data')
      refuse(error, framer.head)
      return
    }
    if (waiting.length >= MAX_WAITING) socket.pause()
    void pump()
  })
}

/** Cuts a stream into messages. The length is checked before anything is kept. */
class Framer {
  head: Buffer = Buffer.alloc(0)
  private readonly gate: Gate
  private chunks: Buffer[] = []
  private size = 0

  constructor(gate: Gate) {
    this.gate = gate
  }

  private join(): Buffer {
    const [only] = this.chunks
    if (only && this.chunks.length === 1) return only
    const joined = Buffer.concat(this.chunks)
    this.chunks = [joined]
    return joined
  }

  *push(bytes: Buffer): Generator<Buffer> {
    this.chunks.push(bytes)
    this.size += bytes.length
    while (this.size >= HEADER_BYTES) {
      const [first] = this.chunks
      this.head = first && first.length >= HEADER_BYTES ? first : this.join()
      const { length } = decodeHeader(this.head, this.gate.maxMessageBytes)
      if (this.size < length) return
      const all = this.join()
      const rest = all.subarray(length)
      this.chunks = rest.length > 0 ? [rest] : []
      this.size = rest.length
      yield all.subarray(0, length)
    }
  }
}

/** A result that cannot be encoded, such as one with a zero byte in a computed name, is an error of that command only. */
function encode(command: Command, reply: Document): Buffer {
  try {
    return encodeReply(command, reply)
  } catch (error) {
    return encodeReply(command, errorReply(error))
  }
}
