import { holdAgainstVectors } from '@latchkey/contracts/testing'
import { it } from 'vitest'
import { signingKey } from '../../src/tokens/signing-keys.ts'
import { accessSecret, privateKey, refreshSecret } from './published.ts'

it('keys that sign get the names that the vectors say', () => {
  const keys = [accessSecret, refreshSecret, privateKey].map((configured) => {
    const { kid, algorithm, publicJwk } = signingKey(configured)
    return { configured, algorithm, kid, publicJwk }
  })
  holdAgainstVectors('keys', { keys })
})
