const LONGEST_MS = 30_000;

/** Sends a file to the address that Slack named for it. Answers with the HTTP status; 0 when nobody answered. */
export async function uploadBytes(url: string, bytes: Uint8Array): Promise<number> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: new Blob([bytes as Uint8Array<ArrayBuffer>]),
      signal: AbortSignal.timeout(LONGEST_MS),
    });
    await response.body?.cancel();
    return response.status;
  } catch {
    return 0;
  }
}
