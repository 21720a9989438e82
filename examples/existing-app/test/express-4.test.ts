import express from 'express'
import { expect, it, vi } from 'vitest'
import { existingAppSuite } from './suite.ts'

// Everything that imports Express, here and in the packages, gets version 4.
// @ts-expect-error: its types are those of Express 5
vi.mock('express', () => import('express4'))

it('is tried with Express 4', () => {
  // Express 5 no longer has this method.
  expect(express.application).toHaveProperty('del')
})

existingAppSuite()
