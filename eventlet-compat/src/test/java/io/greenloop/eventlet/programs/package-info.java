/** Random programs over eventlet's names, whose traces are those of Python's eventlet. */
package io.greenloop.eventlet.programs;
