// Node 20 has no Promise.withResolvers, and newer packages below ipfs-core use it.
Promise.withResolvers ??= function () {
  let resolve, reject
  const promise = new this((a, b) => { resolve = a; reject = b })
  return { promise, resolve, reject }
}
