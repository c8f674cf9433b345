import { MISSING } from './nginx-lines.ts';
import { Scene } from './scene.ts';

export const running = (about: ConstructorParameters<typeof Scene>[0] = {}) =>
  new Scene(about).starts(1, 200, 201, 202, 203).serves(2, 17);

/** One request a second finds no socket. */
export function nobodyListens(scene: Scene, from: number, to: number, message = MISSING): Scene {
  for (let at = from; at <= to; at++) scene.fails(at, message, { tookSeconds: 0 });
  return scene;
}

/** systemd stops the unit; Gunicorn and its workers go in order. */
export function stopped(scene: Scene, at: number, jobType?: string): Scene {
  return scene
    .systemd(at, 'Stopping %s - The app...', jobType)
    .says(at + 0.01, 200, 'INFO', 'Handling signal: term')
    .leaves(at + 0.1, 201, 202, 203)
    .says(at + 1, 200, 'INFO', 'Shutting down: Master')
    .systemd(at + 1.2, '%s: Deactivated successfully.')
    .systemd(at + 1.21, 'Stopped %s - The app.', jobType);
}
