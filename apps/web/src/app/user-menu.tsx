import { languageIn } from '@latchkey/contracts'
import { useAuthClient } from '@latchkey/react'
import { type FocusEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { Alert } from '../components/alert.tsx'
import { useLanguageChoice } from '../components/use-language-choice.ts'
import { words as frame } from '../words/en/frame.ts'
import { words } from '../words/en/menu.ts'
import { type Language, languages } from '../words/language.ts'
import { useSignedIn } from './signed-in-context.ts'
import { themes, useTheme } from './theme.ts'
import { useMailLanguage } from './use-mail-language.ts'
import styles from './user-menu.module.css'

/** Who is signed in, what concerns this browser, and the way out: a menu button as WAI-ARIA describes it. */
export function UserMenu() {
  const { user } = useSignedIn()
  const menu = useMenu()
  const id = useId()
  const [theme, chooseTheme] = useTheme()
  const { language, change, hasFailed } = useLanguageChoice()
  const sendMailsIn = useMailLanguage()

  async function speak(chosen: Language) {
    if ((await change(chosen)) !== 'done') return
    // Mails follow, if there are any in it. Should this fail, the page speaks it all the same, and the next choice says it again.
    const ofMails = languageIn(chosen)
    if (ofMails) await sendMailsIn(ofMails).catch(() => undefined)
  }

  return (
    <div className={styles.place} ref={menu.place}>
      <button
        ref={menu.button}
        type="button"
        className={styles.button}
        aria-haspopup="menu"
        aria-expanded={menu.isOpen}
        aria-controls={menu.isOpen ? id : undefined}
        aria-label={words.menuOf(user.username)}
        onClick={menu.toggle}
        onKeyDown={menu.onKeyDown}
      >
        <Avatar name={user.username} />
        <span className={styles.username}>{user.username}</span>
        <svg className={styles.chevron} viewBox="0 0 12 12" aria-hidden="true">
          <path d="m2.5 4.5 3.5 3.5 3.5-3.5" />
        </svg>
      </button>
      {menu.isOpen && (
        <div className={styles.panel}>
          <div className={styles.who}>
            <Avatar name={user.username} />
            <p>
              <span className={styles.name}>{user.username}</span>
              <span className={styles.email}>{user.email}</span>
            </p>
          </div>
          <div
            id={id}
            role="menu"
            aria-label={`${user.username}, ${user.email}`}
            className={styles.menu}
            onKeyDown={menu.onKeyDown}
            onBlur={menu.onBlur}
          >
            <Choice
              label={words.theme}
              options={themes.map((each) => [each, words.themes[each]])}
              chosen={theme}
              onChoose={chooseTheme}
            />
            <Choice
              label={words.language}
              options={Object.entries(languages) as [Language, string][]}
              chosen={language}
              onChoose={(chosen) => void speak(chosen)}
              isLanguage
            />
            <SignOut />
          </div>
          <Alert>{hasFailed && <p>{frame.unreachable}</p>}</Alert>
        </div>
      )}
    </div>
  )
}

interface ChoiceProps<Value extends string> {
  label: string
  /** With their names. */
  options: [Value, string][]
  chosen: Value
  onChoose: (value: Value) => void
  /** Each name is in the language that it names. */
  isLanguage?: boolean
}

function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const { label, options, chosen, onChoose, isLanguage = false } = props
  return (
    <fieldset className={styles.group} aria-label={label}>
      {options.map(([value, name]) => (
        <button
          key={value}
          type="button"
          role="menuitemradio"
          lang={isLanguage ? value : undefined}
          aria-checked={value === chosen}
          tabIndex={-1}
          className={styles.item}
          onClick={() => onChoose(value)}
        >
          {name}
        </button>
      ))}
    </fieldset>
  )
}

/** Initials, for the eyes alone: the name stands beside it or is said. */
function Avatar({ name }: { name: string }) {
  const parts = name.split(/[._-]+/).filter(Boolean)
  const initials = parts.length > 1 ? `${parts[0]?.[0]}${parts[1]?.[0]}` : name.slice(0, 2)
  return (
    <span className={styles.avatar} aria-hidden="true">
      {initials.toUpperCase()}
    </span>
  )
}

function SignOut() {
  const client = useAuthClient()
  const [isLeaving, setIsLeaving] = useState(false)

  function signOut() {
    if (isLeaving) return
    setIsLeaving(true)
    void client.logout()
  }

  return (
    <button type="button" role="menuitem" tabIndex={-1} className={styles.item} onClick={signOut}>
      {isLeaving ? words.signingOut : words.signOut}
    </button>
  )
}

/** Opening, closing and the keys. The arrows move among all items; Escape and Tab close, and the focus is never lost. */
function useMenu() {
  const [isOpen, setIsOpen] = useState(false)
  const place = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const opensAt = useRef(0)

  const items = () => [...(place.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])]

  useEffect(() => {
    if (isOpen) items().at(opensAt.current)?.focus()
    // Not again when the items change.
  }, [isOpen])

  useEffect(() => {
    if (!isOpen) return
    const onPointerDown = ({ target }: PointerEvent) => {
      if (!place.current?.contains(target as Node)) setIsOpen(false)
    }
    document.addEventListener('pointerdown', onPointerDown)
    return () => document.removeEventListener('pointerdown', onPointerDown)
  }, [isOpen])

  function open(at: number) {
    opensAt.current = at
    setIsOpen(true)
  }

  function onKeyDown(event: KeyboardEvent) {
    const { key } = event
    if (!isOpen) {
      if (key !== 'ArrowDown' && key !== 'ArrowUp') return
      event.preventDefault()
      return open(key === 'ArrowDown' ? 0 : -1)
    }
    if (key === 'Tab') return setIsOpen(false)
    const target = targetOf(key)
    if (target === undefined && key !== 'Escape') return
    event.preventDefault()
    if (key === 'Escape') {
      setIsOpen(false)
      button.current?.focus()
    } else target?.focus()
  }

  function targetOf(key: string): HTMLElement | undefined {
    const all = items()
    const at = all.indexOf(document.activeElement as HTMLElement)
    switch (key) {
      case 'ArrowDown':
        return all[(at + 1) % all.length]
      case 'ArrowUp':
        return all.at(at <= 0 ? -1 : at - 1)
      case 'Home':
        return all[0]
      case 'End':
        return all.at(-1)
    }
    if (key.length !== 1 || key === ' ') return undefined
    const following = [...all.slice(at + 1), ...all.slice(0, at + 1)]
    return following.find((item) => item.textContent?.toLowerCase().startsWith(key.toLowerCase()))
  }

  /** By a screen reader, say, which needs no Tab. Null: to nothing, as when a button is pressed in Safari. */
  function onBlur({ relatedTarget }: FocusEvent) {
    if (relatedTarget && !place.current?.contains(relatedTarget as Node)) setIsOpen(false)
  }

  return { isOpen, toggle: () => (isOpen ? setIsOpen(false) : open(0)), place, button, onKeyDown, onBlur }
}
