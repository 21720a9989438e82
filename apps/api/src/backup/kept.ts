/**
 * Where a restore loads collections before they take the place of those that are there. Nothing else reads
 * them.
 */
export const besidePrefix = 'restoring.'

/**
 * What a backup leaves out: what is good for minutes, what counts requests, and mails and webhooks, which have been sent
 * since. A restored challenge or half-finished sign-in could be used a second time.
 */
const passing: readonly string[] = [
  'mailJobs',
  'noticeCaps',
  'passkeyChallenges',
  'rateLimits',
  'signInAttempts',
  'webhookDeliveries',
]

/** Whether a backup holds a collection: all that a product adds, too. */
export const isKept = (collection: string): boolean =>
  !passing.includes(collection) && !collection.startsWith('system.') && !collection.startsWith(besidePrefix)
