// What `portal_figures.py` measures from within the page, before any script of the page runs.
window.probes = (() => {
  const afterNextFrame = (callback) =>
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = callback;
      channel.port2.postMessage(null);
    });

  // From the key going down until the frame that shows its letter was handed on.
  const keys = {
    begin() {
      this.times = [];
      this.listen = (event) => {
        const began = event.timeStamp;
        afterNextFrame(() => this.times.push(performance.now() - began));
      };
      addEventListener("keydown", this.listen, true);
    },
    end() {
      removeEventListener("keydown", this.listen, true);
      return this.times;
    },
  };

  const shifts = {
    begin() {
      this.sum = 0;
      this.observer = new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) this.sum += entry.value;
      });
      this.observer.observe({ type: "layout-shift" });
    },
    end() {
      this.observer.disconnect();
      return this.sum;
    },
  };

  const DUE_MS = 1000 / 60;
  const frames = {
    begin() {
      this.gaps = [];
      this.longTasksMs = 0;
      this.observer = new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) this.longTasksMs += duration;
      });
      this.observer.observe({ type: "longtask" });
      let last;
      const tick = (now) => {
        if (last !== undefined) this.gaps.push(now - last);
        last = now;
        this.frame = requestAnimationFrame(tick);
      };
      this.frame = requestAnimationFrame(tick);
    },
    end() {
      cancelAnimationFrame(this.frame);
      this.observer.disconnect();
      const dropped = this.gaps.reduce((sum, gap) => sum + Math.max(0, Math.round(gap / DUE_MS) - 1), 0);
      return {
        longTasksMs: this.longTasksMs,
        longTasksPercent: (100 * this.longTasksMs) / this.gaps.reduce((sum, gap) => sum + gap, 0),
        longestMs: Math.max(...this.gaps),
        droppedPercent: (100 * dropped) / (dropped + this.gaps.length),
      };
    },
  };

  const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const thread = () => document.querySelector("main [role=region]");

  // To the top again and again until there is nothing older. The first row must stay where it is
  // when older ones come in above it. Gives how far one was moved at most, in pixels.
  const loadAll = async () => {
    const viewport = thread();
    let jumpPx = 0;
    for (;;) {
      viewport.scrollTop = 0;
      for (let frame = 0; frame < 3; frame += 1) await nextFrame();
      const first = viewport.querySelector("li[aria-posinset='1']");
      if (!first) continue;
      if (first.getAttribute("aria-setsize") !== "-1") return jumpPx;
      const top = first.getBoundingClientRect().top;
      while (first.getAttribute("aria-posinset") === "1" && first.getAttribute("aria-setsize") === "-1") {
        await nextFrame();
      }
      await nextFrame();
      jumpPx = Math.max(jumpPx, Math.abs(first.getBoundingClientRect().top - top));
    }
  };

  // While the wheel turns: how far what is read moves against it or further than it asks, and in
  // how many frames there is no message in the middle of the view. A row is followed by its element.
  const wheel = {
    begin() {
      const viewport = thread();
      const box = viewport.getBoundingClientRect();
      const inTheMiddle = () =>
        document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)?.closest("li");
      this.asked = this.moved = this.jumpPx = this.frames = this.blank = 0;
      this.listen = ({ deltaY }) => (this.asked += deltaY);
      viewport.addEventListener("wheel", this.listen, { capture: true, passive: true });
      let row, top;
      const tick = () => {
        if (row?.isConnected) {
          const moved = top - row.getBoundingClientRect().top;
          const way = Math.sign(this.asked);
          this.moved += moved;
          const against = -moved * way;
          const ahead = (this.moved - this.asked) * way;
          this.jumpPx = Math.max(this.jumpPx, against, ahead);
        }
        row = inTheMiddle();
        top = row?.getBoundingClientRect().top;
        this.frames += 1;
        if (!row) this.blank += 1;
        this.frame = requestAnimationFrame(tick);
      };
      this.frame = requestAnimationFrame(tick);
    },
    end() {
      cancelAnimationFrame(this.frame);
      thread().removeEventListener("wheel", this.listen, { capture: true });
      const { asked, moved, jumpPx } = this;
      return { asked, moved, jumpPx, blankPercent: (100 * this.blank) / this.frames };
    },
  };

  return { keys, shifts, frames, loadAll, wheel };
})();
