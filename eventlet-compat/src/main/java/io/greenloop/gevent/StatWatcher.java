package io.greenloop.gevent;

import io.greenloop.TimerHandle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Fires when a file changes, appears or goes; see {@link Loop#stat}. */
public final class StatWatcher extends Watcher {
  private final Path path;
  private final Duration interval;
  private @Nullable TimerHandle timer;
  private int starts;
  private @Nullable Seen previous;
  private @Nullable Seen present;
  private boolean looked;

  /**
   * What a file was like.
   *
   * @param size in bytes
   * @param modified when its content changed last
   */
  public record Seen(long size, FileTime modified) {}

  StatWatcher(Hub hub, Path path, Duration interval) {
    super(hub);
    if (interval.isZero() || interval.isNegative()) {
      throw new IllegalArgumentException("stat: interval = " + interval + " (expected > 0)");
    }
    this.path = path;
    this.interval = interval;
  }

  /** What the file was like before the last change; empty if it was not there. */
  public Optional<Seen> previous() {
    return Optional.ofNullable(previous);
  }

  /** What the file is like; empty if it is not there. */
  public Optional<Seen> attributes() {
    return Optional.ofNullable(present);
  }

  @Override
  void begin() {
    starts++;
    looked = false;
    look(starts);
  }

  /** A file may be slow: it is looked at on another thread. */
  private void look(int mine) {
    hub()
        .eventLoop()
        .runInExecutor(null, this::read)
        .whenDone(
            done -> {
              if (mine == starts && isActive()) {
                saw(done.getNow());
                TimerHandle next = hub().eventLoop().callLater(interval, () -> look(mine));
                timer = isRef() ? next : next.unref();
              }
            });
  }

  private @Nullable Seen read() {
    try {
      BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
      return new Seen(found.size(), found.lastModifiedTime());
    } catch (IOException absent) {
      return null;
    }
  }

  private void saw(@Nullable Seen now) {
    Seen before = present;
    present = now;
    if (looked && !Objects.equals(before, now)) {
      previous = before;
      fire();
    }
    looked = true;
  }

  @Override
  void end() {
    starts++;
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }
}
