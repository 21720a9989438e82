import mongoose, { Schema } from 'mongoose'
import { expect, it } from 'vitest'
import { createSessions, defaultSettings, longestAccessTokenSeconds, sessionSchema } from '../src/index.ts'

it('access tokens that would live for longer than revocations are kept are refused before any is issued', () => {
  const users = mongoose.createConnection().model('User', new Schema({ refreshTokens: [sessionSchema] }))
  const settings = defaultSettings({ accessSecret: 'an access secret', refreshSecret: 'a refresh secret' })
  const lasting = (ttlSeconds: number) =>
    createSessions({ users, settings: { ...settings, accessToken: { ...settings.accessToken, ttlSeconds } } })
  lasting(longestAccessTokenSeconds)
  expect(() => lasting(longestAccessTokenSeconds + 1)).toThrow('3600 seconds at most')
})
