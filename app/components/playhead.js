// Where a walk stands between its start, 0, and its end, 1, and how it goes on while it plays.

const WALK_MS = 5000, CALM_MS = 900; // of a whole walk; of a stop where motion is unwelcome

/** @param {number} t */
const inside = (t) => Math.max(0, Math.min(t, 1));

export class Playhead {
  t = 0;
  playing = false;
  paused = false; // on the way: there Play goes on, else it begins at the start
  from = 0; // where it stood when it began to play,
  since = 0; // and when, in milliseconds

  /** @param {number} t */
  goTo(t) {
    Object.assign(this, { t: inside(t), playing: false, paused: false });
  }

  /** @param {number} now */
  play(now) {
    if (!this.paused) this.t = 0;
    Object.assign(this, { playing: true, paused: false, from: this.t, since: now });
  }

  pause() {
    this.paused = this.playing;
    this.playing = false;
  }

  /**
   * Go on to where it is now; whether it came to its end.
   * @param {number} now
   * @param {number} steps in which a calm walk goes, each of them seen for a while; 0 for a smooth one
   */
  move(now, steps) {
    if (!this.playing) return false;
    const passed = now - this.since;
    const walked = steps ? Math.floor(passed / CALM_MS) / steps : passed / WALK_MS;
    this.t = inside(this.from + walked);
    this.playing = this.t < 1;
    return !this.playing;
  }
}
