import { createHash, createHmac, randomBytes } from 'node:crypto'

/** The three WebCrypto functions in use, without threads: a history then runs the same way each time. */
export function instantCrypto(): SubtleCrypto {
  const secrets = new WeakMap<object, Buffer>()
  const bytes = (buffer: Buffer) => new Uint8Array(buffer).buffer
  const subtle = {
    async generateKey() {
      const key = {}
      secrets.set(key, randomBytes(64))
      return key
    },
    async sign(_name: string, key: object, data: Uint8Array) {
      const secret = secrets.get(key) ?? Buffer.alloc(0)
      return bytes(createHmac('sha256', secret).update(data).digest())
    },
    async digest(_name: string, data: ArrayBuffer) {
      return bytes(createHash('sha256').update(new Uint8Array(data)).digest())
    },
  }
  return subtle as unknown as SubtleCrypto
}
