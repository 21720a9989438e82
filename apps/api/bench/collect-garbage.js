// Loaded into a process before its own code: at SIGUSR2 it collects its garbage, so that what is measured is what it
// holds, and not what V8 has not given back yet.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
process.on('SIGUSR2', () => collect())
