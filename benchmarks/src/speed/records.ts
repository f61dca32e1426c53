/** A record of about 200 bytes, another one for each key. */
export const recordOf = (id: number) => ({
  id,
  name: `user ${id}`,
  email: `user-${id}@example.org`,
  roles: ['reader', 'writer'],
  settings: { theme: 'dark', language: 'en', pageSize: 50 },
})

export const keyOf = (id: number): string => `user:${id}:profile`
export const keysOf = (count: number): string[] => Array.from({ length: count }, (_, id) => keyOf(id))
export const idOf = (key: string): number => Number(key.split(':')[1])
