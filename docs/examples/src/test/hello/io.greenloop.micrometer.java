import io.greenloop.EventLoop;
import io.greenloop.micrometer.LoopMeters;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

class Hello {
  static void main() {
    try (var loop = EventLoop.create();
        var meters = new LoopMeters(loop)) {
      meters.bindTo(new SimpleMeterRegistry());
      IO.println(loop.runUntilComplete(() -> "hello"));
    }
  }
}
