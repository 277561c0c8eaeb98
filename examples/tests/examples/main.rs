//! Every example runs and does what it says: started as a user would, talked to over the network.

mod answer;
mod each;
mod server;
