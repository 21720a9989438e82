import { describe } from 'vitest'
import { describeReplays } from './support/describe-replays.ts'

describe('over Node’s http', () => describeReplays('http'))
describe('over fetch', () => describeReplays('fetch'))
