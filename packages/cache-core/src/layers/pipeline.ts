import type { Handler, Layer } from './lookup.js'

/** Layers in reading order: the first is asked first, the end is asked last. */
export const pipeline = (layers: readonly Layer[], end: Handler): Handler =>
  layers.reduceRight((next, layer) => layer(next), end)
