import { backingUp, restoring } from './backup.ts'
import type { Group } from './command.ts'
import { doctoring } from './doctor.ts'
import { explaining } from './explain.ts'
import { exportsOfOne } from './export.ts'
import { importingAccounts } from './import.ts'
import { keys } from './keys.ts'
import { migrating } from './migrate.ts'
import { sessions } from './sessions.ts'
import { users } from './users.ts'
import { webhooks } from './webhooks.ts'

/** Every command there is: what is called, and what `--help` prints. */
export const groups: readonly Group[] = [
  users,
  sessions,
  keys,
  importingAccounts,
  explaining,
  exportsOfOne,
  backingUp,
  restoring,
  migrating,
  webhooks,
  doctoring,
]
