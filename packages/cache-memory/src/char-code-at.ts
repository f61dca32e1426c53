/**
 * `text.charCodeAt(at)` without looking the method up: where some library has added to `String.prototype` and removed
 * from it again, every such lookup becomes slow, in the whole process.
 */
export const charCodeAt: (text: string, at: number) => number = Function.prototype.call.bind(
  String.prototype.charCodeAt,
)
