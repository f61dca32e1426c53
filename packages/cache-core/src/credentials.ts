const USER_INFO = /(:\/\/)[^\s'"`]*@/g

/**
 * A text that may be shown: `scheme://user:password@host` in it becomes `scheme://***@host`. Hides too much rather than
 * too little, as a password may hold any character.
 */
export const withoutCredentials = (text: string): string => text.replace(USER_INFO, '$1***@')
