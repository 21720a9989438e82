import { type IncomingMessage, request, type ServerResponse } from 'node:http'

/** Sends a request on to another server as it is, and its answer back. */
export function passOn(target: string, incoming: IncomingMessage, outgoing: ServerResponse) {
  const { hostname, port } = new URL(target)
  const { method, url: path, headers } = incoming
  const onward = request({ hostname, port, method, path, headers, agent: false }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
  })
  onward.on('error', () => outgoing.destroy())
  incoming.pipe(onward)
}
