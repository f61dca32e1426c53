import { defineConfig, type Options } from 'tsup'

/** Every package is built the same way: ESM, CJS and declarations for both, from the entries it names. */
export const library = (entry: Record<string, string>): ReturnType<typeof defineConfig> =>
  defineConfig({
    entry,
    format: ['esm', 'cjs'],
    dts: true,
    target: 'node20',
    clean: true,
    removeNodeProtocol: false,
  } satisfies Options)
