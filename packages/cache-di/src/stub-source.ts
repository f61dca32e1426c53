import type { CacheSettings } from '@holdfast/cache-config'

export interface NamesOption {
  /** The only names there are; the first one is the default. @default 'default' alone */
  readonly names?: readonly string[] | undefined
}

/** For tests: process memory and nothing else, whatever the environment says. */
export const stubSource = ({
  names = ['default'],
}: NamesOption): [CacheSettings, { readonly env: Readonly<Record<string, string>> }] => [
  { backends: names.map((name) => ({ name })) },
  { env: {} },
]
