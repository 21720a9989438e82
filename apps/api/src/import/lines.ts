/** Longer ones are no account. */
const maxLineBytes = 1024 * 1024

const newline = 0x0a

/** A line with its number, without what ends it. */
export interface Line {
  line: number
  bytes: Buffer | 'too long'
}

/** Lines, as many at a time as a chunk ends. What is too long is never held. */
export async function* lines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line[]> {
  let line = 1
  let begun: Buffer[] = []
  let length = 0
  for await (const chunk of chunks) {
    const ended: Line[] = []
    let from = 0
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      ended.push({ line: line++, bytes: whole(chunk.subarray(from, end)) })
      begun = []
      length = 0
      from = end + 1
    }
    keep(chunk.subarray(from))
    yield ended
  }
  if (length > 0) yield [{ line, bytes: whole(Buffer.alloc(0)) }]

  function keep(rest: Buffer): void {
    length += rest.length
    if (length > maxLineBytes) begun = []
    else if (rest.length > 0) begun.push(rest)
  }

  function whole(rest: Buffer): Buffer | 'too long' {
    if (length + rest.length > maxLineBytes) return 'too long'
    return begun.length === 0 ? rest : Buffer.concat([...begun, rest])
  }
}
