/** The event loop that everything stands on. */
module io.greenloop.runtime {
  requires static org.jspecify;

  exports io.greenloop;
}
