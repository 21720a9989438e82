// @vitest-environment jsdom
import { beforeAll, describe } from 'vitest'
import { describeReplays } from './support/describe-replays.ts'

beforeAll(() => {
  // biome-ignore lint/suspicious/noDocumentCookie: as an application would
  document.cookie = 'xsrf=mark'
})

describe('over XMLHttpRequest', () => describeReplays('xhr'))
