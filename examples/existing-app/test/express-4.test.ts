import express from 'express'
import { expect, it, vi } from 'vitest'
import { existingAppSuite } from './suite.ts'

// Whatever imports Express, here and in the packages, gets the older one.
// @ts-expect-error: its types are those of Express 5
vi.mock('express', () => import('express4'))

it('is tried with Express 4', () => {
  // What Express 5 did away with.
  expect(express.application).toHaveProperty('del')
})

existingAppSuite()
