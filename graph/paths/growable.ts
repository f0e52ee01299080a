/** The typed arrays that the projection lives in. */
export type Numbers = Uint8Array | Uint16Array | Int32Array;

/**
 * The array itself while it holds `length` elements, else a copy with room for them and half as many more,
 * so that appending one by one costs a constant each. New elements are `fill`.
 */
export function grown<A extends Numbers>(array: A, length: number, fill = 0): A {
  if (length <= array.length) return array;
  const larger = new (array.constructor as new (length: number) => A)(Math.max(64, Math.ceil(length * 1.5)));
  larger.set(array);
  if (fill !== 0) larger.fill(fill, array.length);
  return larger;
}
