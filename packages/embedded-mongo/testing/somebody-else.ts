import { spawnSync } from 'node:child_process'

/** What another user of this machine tries. `connect` takes a socket's path or `host:port`. */
export interface Attempt {
  what: 'list' | 'read' | 'overwrite' | 'remove' | 'connect'
  path: string
}

const NOBODY = 65_534

/** Tries in order and prints `ok` or an error's code for each. Plain Node.js, for a user who can read none of our files. */
const script = `
const fs = require('node:fs')
const net = require('node:net')
const doing = {
  list: (path) => fs.readdirSync(path),
  read: (path) => fs.readFileSync(path),
  overwrite: (path) => fs.writeFileSync(path, 'mine'),
  remove: (path) => fs.rmSync(path),
  connect: (path) => new Promise((done, failed) => {
    const [host, port] = path.split(':')
    const socket = port ? net.connect(Number(port), host) : net.connect(path)
    socket.on('connect', () => { socket.destroy(); done() }).on('error', failed)
  }),
}
const run = async () => {
  const outcomes = []
  for (const { what, path } of JSON.parse(process.argv[1])) {
    try {
      await doing[what](path)
      outcomes.push('ok')
    } catch (error) {
      outcomes.push(error.code)
    }
  }
  console.log(JSON.stringify(outcomes))
}
run()
`

/**
 * Runs as the user `nobody`, which takes root or a sudo that asks nothing. Null where there is neither: then modes are
 * all that a test can look at.
 */
export function somebodyElse(attempts: Attempt[]): string[] | null {
  const node = ['-e', script, JSON.stringify(attempts)]
  const options = { cwd: '/', encoding: 'utf8', env: {} } as const
  const run =
    process.getuid?.() === 0
      ? spawnSync(process.execPath, node, { ...options, uid: NOBODY, gid: NOBODY })
      : spawnSync('/usr/bin/sudo', ['-n', '-u', 'nobody', process.execPath, ...node], options)
  return run.status === 0 ? JSON.parse(run.stdout) : null
}
