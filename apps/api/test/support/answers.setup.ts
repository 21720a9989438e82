import { afterAll, afterEach, expect } from 'vitest'
import { takeComplaints } from './answer-complaints.ts'

// An answer that its contract does not describe fails the test in which it was seen, a query that no index serves the
// file.
afterEach(() => expect(takeComplaints()).toEqual([]))
// And one that came when the last test was over.
afterAll(() => expect(takeComplaints()).toEqual([]))
