import { existingAppSuite } from './suite.ts'

existingAppSuite()
