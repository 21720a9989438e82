import { ServerError } from '../errors.ts'
import { decodeDocument, documentLength, encodeDocument } from '../values/bson.ts'
import { type Document, int, type RawDocument, type Value } from '../values/types.ts'

// https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/

export const OP_REPLY = 1
export const OP_QUERY = 2004
export const OP_MSG = 2013

export const HEADER_BYTES = 16
/** The whole message, header included. */
export const MAX_MESSAGE_BYTES = 48_000_000

const CHECKSUM_PRESENT = 1
const MORE_TO_COME = 2
/** Bits 0–15 must be understood; 16 (exhaustAllowed) and up may be ignored. */
const REQUIRED_BITS = 0xffff

export interface Header {
  length: number
  requestId: number
  opcode: number
}

/** A command as it arrived, whichever message carried it. */
export interface Command {
  requestId: number
  opcode: number
  body: Document
  /** The sender does not wait for an answer. */
  silent: boolean
}

const tooShort = (what: string, expected: number, got: number): ServerError =>
  new ServerError('ProtocolError', `${what}: expected at least ${expected} bytes, got ${got}`)

const invalid = (message: string): ServerError => new ServerError('ProtocolError', message)

/** @throws ServerError `ProtocolError` (17) when the length cannot be that of a message */
export function decodeHeader(bytes: Buffer, maxLength = MAX_MESSAGE_BYTES): Header {
  if (bytes.length < HEADER_BYTES) throw tooShort('message header', HEADER_BYTES, bytes.length)
  const length = bytes.readInt32LE(0)
  if (length < HEADER_BYTES)
    throw invalid(`message header: expected a length of at least ${HEADER_BYTES}, got ${length}`)
  if (length > maxLength)
    throw invalid(`message header: expected a length of at most ${maxLength}, got ${length}`)
  return { length, requestId: bytes.readInt32LE(4), opcode: bytes.readInt32LE(12) }
}

/** @throws ServerError `ProtocolError`, or `InvalidBSON` (22) for a document that is broken */
export function decodeCommand(message: Buffer): Command {
  const { requestId, opcode } = decodeHeader(message)
  if (opcode === OP_MSG) return decodeMessage(message, requestId)
  if (opcode === OP_QUERY) return decodeQuery(message, requestId)
  throw invalid(`expected an opcode of ${OP_MSG} or ${OP_QUERY}, got ${opcode}`)
}

/** OP_QUERY: flags, the namespace `db.$cmd`, how many to skip and return, then the command. */
function decodeQuery(message: Buffer, requestId: number): Command {
  const nameAt = HEADER_BYTES + 4
  const end = message.indexOf(0, nameAt)
  if (end < 0) throw invalid('OP_QUERY: expected a terminated namespace')
  const namespace = message.toString('utf8', nameAt, end)
  const at = end + 9
  if (at > message.length) throw tooShort('OP_QUERY', at, message.length)
  const length = documentLength(message, at)
  const body = decodeDocument(message.subarray(at, at + length))
  if (!namespace.endsWith('.$cmd'))
    throw invalid(`OP_QUERY: expected a namespace of db.$cmd, got ${namespace}`)
  if (!body.has('$db')) body.set('$db', namespace.slice(0, -'.$cmd'.length))
  return { requestId, opcode: OP_QUERY, body, silent: false }
}

/** OP_MSG: flags, then one kind-0 section (the command) and any number of kind-1 sections (its long arrays). */
function decodeMessage(message: Buffer, requestId: number): Command {
  if (message.length < HEADER_BYTES + 4) throw tooShort('OP_MSG', HEADER_BYTES + 4, message.length)
  const flags = message.readUInt32LE(HEADER_BYTES)
  const unknown = flags & REQUIRED_BITS & ~(CHECKSUM_PRESENT | MORE_TO_COME)
  if (unknown !== 0) throw invalid(`OP_MSG: expected no unknown required flags, got ${unknown}`)
  // The checksum is optional to verify, and loopback does not lose bits.
  const end = message.length - (flags & CHECKSUM_PRESENT ? 4 : 0)
  let body: Document | undefined
  const sequences = new Map<string, Value[]>()
  let at = HEADER_BYTES + 4
  while (at < end) {
    const kind = message[at++]
    if (kind === 0) {
      if (body) throw invalid('OP_MSG: expected one section of kind 0, got two')
      const length = documentLength(message.subarray(0, end), at)
      body = decodeDocument(message.subarray(at, at + length))
      at += length
    } else if (kind === 1) {
      const section = decodeSequence(message.subarray(0, end), at)
      if (sequences.has(section.name))
        throw invalid(`OP_MSG: expected one section named ${section.name}, got two`)
      sequences.set(section.name, section.documents)
      at += section.length
    } else throw invalid(`OP_MSG: expected a section of kind 0 or 1, got ${kind}`)
  }
  if (!body) throw invalid('OP_MSG: expected a section of kind 0, got none')
  for (const [name, documents] of sequences) {
    if (body.has(name)) throw invalid(`OP_MSG: expected ${name} either in the body or in a section, got both`)
    body.set(name, documents)
  }
  return { requestId, opcode: OP_MSG, body, silent: (flags & MORE_TO_COME) !== 0 }
}

function decodeSequence(
  bytes: Buffer,
  at: number,
): { name: string; documents: RawDocument[]; length: number } {
  if (at + 4 > bytes.length) throw tooShort('OP_MSG section', 4, bytes.length - at)
  const length = bytes.readInt32LE(at)
  const end = at + length
  if (length < 5 || end > bytes.length)
    throw invalid(`OP_MSG section: expected ${length} bytes, got ${bytes.length - at}`)
  const nameEnd = bytes.indexOf(0, at + 4)
  if (nameEnd < 0 || nameEnd >= end) throw invalid('OP_MSG section: expected a terminated name')
  const documents: RawDocument[] = []
  let next = nameEnd + 1
  while (next < end) {
    const size = documentLength(bytes.subarray(0, end), next)
    documents.push(bytes.subarray(next, next + size))
    next += size
  }
  return { name: bytes.toString('utf8', at + 4, nameEnd), documents, length }
}

/** The answer to a command, in the kind of message that asked. */
export function encodeReply(command: Pick<Command, 'requestId' | 'opcode'>, reply: Document): Buffer {
  const document = encodeDocument(reply)
  // OP_REPLY: response flags (8: awaitCapable), cursor id, starting from, number returned. OP_MSG: flags, kind 0.
  const legacy = command.opcode === OP_QUERY
  const prefix = Buffer.alloc(HEADER_BYTES + (legacy ? 20 : 5))
  prefix.writeInt32LE(prefix.length + document.length, 0)
  prefix.writeInt32LE(nextRequestId(), 4)
  prefix.writeInt32LE(command.requestId, 8)
  prefix.writeInt32LE(legacy ? OP_REPLY : OP_MSG, 12)
  if (legacy) {
    prefix.writeInt32LE(8, 16)
    prefix.writeInt32LE(1, 32)
  }
  return Buffer.concat([prefix, document])
}

let requests = 0
const nextRequestId = (): number => {
  requests = (requests + 1) & 0x7fffffff
  return requests
}

/** `{ ok: 0, errmsg, code, codeName }` with what else the error carries. */
export function errorReply(error: unknown): Document {
  const known = error instanceof ServerError ? error : new ServerError('InternalError', String(error))
  const reply: Document = new Map<string, Value>([
    ['ok', 0],
    ['errmsg', known.message],
    ['code', int(known.code)],
    ['codeName', known.codeName],
  ])
  for (const [name, value] of Object.entries(known.details)) reply.set(name, value)
  return reply
}
