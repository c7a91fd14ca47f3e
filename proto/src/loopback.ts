/** True if only programs of this machine reach the host; false for a name that is not `localhost`. */
export function isLoopback(host: string): boolean {
  return ["localhost", "::1", "[::1]"].includes(host) || /^127(\.\d{1,3}){3}$/.test(host);
}

/** The same for an address: `host:port`, or `unix:` and a path. */
export function isLocalAddress(address: string): boolean {
  return address.startsWith("unix:") || isLoopback(address.replace(/:\d+$/, ""));
}
