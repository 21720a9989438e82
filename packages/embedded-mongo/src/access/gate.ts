import { Binary } from 'bson'
import { ServerError } from '../errors.ts'
import { type Document, document, int, isDocument } from '../values/types.ts'
import { MAX_MESSAGE_BYTES } from '../wire/message.ts'
import { type ScramExchange, type ScramUser, scramExchange } from './scram.ts'

const MECHANISM = 'SCRAM-SHA-256'
/** Enough for what comes before a password, and nothing to fill memory with. */
const STRANGER_MESSAGE_BYTES = 16 * 1024
/** What drivers ask of a server before they sign in, and on connections that never do. */
const FOR_STRANGERS = new Set(['hello', 'isMaster', 'ismaster'])

/** Who speaks on one connection, and what they may say. */
export interface Gate {
  /** The longest message that is read. */
  readonly maxMessageBytes: number
  /**
   * The answer to a command that signs in; undefined for one that may pass.
   * @throws ServerError `Unauthorized` (13), `AuthenticationFailed` (18)
   */
  answer(body: Document): Document | undefined
}

/** Whoever reaches the socket is its owner. */
export const openGate: Gate = { maxMessageBytes: MAX_MESSAGE_BYTES, answer: () => undefined }

/** Nothing passes before the password. https://www.mongodb.com/docs/manual/core/security-scram/ */
export function passwordGate(user: ScramUser): Gate {
  let exchange: ScramExchange | undefined
  let withEmptyStep = false
  let state: 'stranger' | 'proved' | 'signed in' = 'stranger'

  return {
    get maxMessageBytes() {
      return state === 'signed in' ? MAX_MESSAGE_BYTES : STRANGER_MESSAGE_BYTES
    },
    answer(body) {
      const [name = ''] = body.keys()
      if (name === 'saslStart') return start(body)
      if (name === 'saslContinue') return proceed(body)
      if (state === 'signed in' || FOR_STRANGERS.has(name)) return undefined
      throw new ServerError('Unauthorized', `Command ${name} requires authentication`)
    },
  }

  function start(body: Document): Document {
    state = 'stranger'
    exchange = undefined
    if (body.get('mechanism') !== MECHANISM)
      throw new ServerError('AuthenticationFailed', `The only mechanism is ${MECHANISM}.`)
    const options = body.get('options')
    withEmptyStep = !(isDocument(options) && options.get('skipEmptyExchange') === true)
    const begun = scramExchange(user)
    const payload = begun.start(text(body))
    exchange = begun
    return reply(payload, false)
  }

  function proceed(body: Document): Document {
    if (state === 'proved' && text(body) === '') {
      state = 'signed in'
      return reply('', true)
    }
    const current = exchange
    // One try each: the next one begins with a nonce of its own.
    exchange = undefined
    if (!current) throw new ServerError('ProtocolError', 'No SASL session state found')
    const payload = current.finish(text(body))
    state = withEmptyStep ? 'proved' : 'signed in'
    return reply(payload, !withEmptyStep)
  }
}

function text(body: Document): string {
  const payload = body.get('payload')
  if (!(payload instanceof Binary)) throw new ServerError('AuthenticationFailed', 'Authentication failed.')
  return Buffer.from(payload.buffer).toString('latin1')
}

const reply = (payload: string, done: boolean): Document =>
  document({ conversationId: int(1), done, payload: new Binary(Buffer.from(payload)), ok: 1 })
