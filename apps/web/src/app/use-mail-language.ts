import { type Language, languageIn, type ReplyOf, routes } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect } from 'react'
import { chosenLanguage } from '../words/language.ts'
import { useSignedIn } from './signed-in-context.ts'

export const meKey = ['me']

/** Has mails come in another language. The function throws AuthError. */
export function useMailLanguage() {
  const client = useAuthClient()
  const queryClient = useQueryClient()
  return useCallback(
    async (language: Language) => {
      await client.call(routes.updateMe, { body: { language } })
      queryClient.setQueryData<ReplyOf<typeof routes.me>>(
        meKey,
        (before) => before && { ...before, language },
      )
    },
    [client, queryClient],
  )
}

const key = 'latchkey.language-told'

/**
 * Once in a session, mails follow the language that was chosen in this browser: maybe at the sign-in page, where there was no
 * account to tell. Where none was chosen, the account's stays.
 */
export function useMailsFollow() {
  const client = useAuthClient()
  const { sid } = useSignedIn().accessToken.claims
  const say = useMailLanguage()

  useEffect(() => {
    const chosen = languageIn(chosenLanguage())
    if (!chosen || localStorage.getItem(key) === sid) return
    async function follow(chosen: Language) {
      const { language } = await client.call(routes.me)
      // An API that does not tell does not know of languages.
      if (language !== undefined && language !== chosen) await say(chosen)
      localStorage.setItem(key, sid)
    }
    // Quietly: the next time the page is opened it is tried again.
    follow(chosen).catch(() => undefined)
  }, [client, sid, say])
}
