/** Greenlets on the loop. */
module io.greenloop.greenlet {
  requires transitive io.greenloop.runtime;
  requires static org.jspecify;

  exports io.greenloop.greenlet;
}
