import first from '../src/words/de/first.ts'
import rest from '../src/words/de/rest.ts'
import type { Translation } from '../src/words/translation.ts'

export const german: Translation = { ...first, ...rest }
