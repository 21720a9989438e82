import type { Collaborators } from './collaborators.ts'
import { createConfirm } from './confirm.ts'
import { createIssue } from './issue.ts'
import type { SessionOwner } from './owner.ts'
import { createRotate } from './refresh/rotate.ts'
import { createRevoke } from './revoke.ts'
import { createRevokeEverybody } from './revoke-everybody.ts'

/** Issues, confirms, rotates and revokes sessions. Each change is one conditional update of one document. */
export function createSessionLife<Owner extends SessionOwner>(collaborators: Collaborators<Owner>) {
  const revoke = createRevoke(collaborators)
  return {
    ...createIssue(collaborators),
    ...createConfirm(collaborators),
    ...revoke,
    ...createRevokeEverybody(collaborators),
    rotate: createRotate({ ...collaborators, revoke: revoke.revoke }),
  }
}

export type SessionLife<Owner extends SessionOwner> = ReturnType<typeof createSessionLife<Owner>>
